import { readVariable } from "./file-secrets.js";
import {
  atMost,
  databaseUrl,
  endpointUrl,
  isNumber,
  mailbox,
  notEmpty,
  notWith,
  oneOf,
  onlyWith,
  publicUrl,
  secretKey,
} from "./rules.js";

/** The interface languages that Outline 1.9 accepts as DEFAULT_LANGUAGE. */
const LANGUAGES = (
  "ca_ES cs_CZ da_DK de_DE en_GB en_US es_ES fa_IR fr_FR he_IL hu_HU id_ID it_IT ja_JP ko_KR nb_NO " +
  "nl_NL pl_PL pt_BR pt_PT sv_SE tr_TR uk_UA vi_VN zh_CN zh_TW"
).split(" ");

/** How a variable's text becomes a value; an empty one counts as missing, except for `text`. */
const text = (fallback) => (value) => value ?? fallback;
const optional = (value) => value || undefined;
const number = (fallback) => (value) => (value ? Number.parseInt(value, 10) : fallback);
const flag = (fallback) => (value, name) => {
  const chosen = value ?? fallback;
  try {
    return chosen ? Boolean(JSON.parse(chosen)) : false;
  } catch {
    throw new Error(`${name}: "${chosen}" could not be parsed as a boolean, must be "true" or "false"`);
  }
};
/** A flag whose nonsense counts as missing. */
const lenientFlag = (value) => {
  try {
    return value ? Boolean(JSON.parse(value)) : undefined;
  } catch {
    return undefined;
  }
};
const withoutTrailingSlash = (value) => (value ?? "").replace(/\/$/, "");

/**
 * The variables this stand-in reads: the part of Outline's own list (server/env.ts and
 * plugins/oidc/server/env.ts at 1.9) that has to do with the stack around it.
 * Each is [name, parse, ...rules].
 *
 * @type {[string, (value: string | undefined, name: string) => any, ...import("./rules.js").Rule[]][]}
 */
const VARIABLES = [
  ["NODE_ENV", text("production"), oneOf(["development", "production", "staging", "test"])],
  ["SECRET_KEY", text(""), secretKey],
  ["UTILS_SECRET", text(""), notEmpty],
  ["URL", withoutTrailingSlash, notEmpty, publicUrl],
  ["PORT", number(3000), isNumber],
  [
    "LOG_LEVEL",
    (value) => value || "info",
    oneOf(["error", "warn", "info", "http", "verbose", "debug", "silly"]),
  ],
  ["DEFAULT_LANGUAGE", text("en_US"), oneOf(LANGUAGES)],
  ["WEB_CONCURRENCY", number(undefined), isNumber],
  ["REQUEST_TIMEOUT", number(10_000), isNumber],
  ["ENABLE_UPDATES", flag("true")],
  ["RATE_LIMITER_ENABLED", flag("true")],
  ["RATE_LIMITER_REQUESTS", number(1000), isNumber],
  ["RATE_LIMITER_COLLABORATION_REQUESTS", number(50), isNumber],
  ["RATE_LIMITER_DURATION_WINDOW", number(60), isNumber],
  [
    "DATABASE_URL",
    optional,
    databaseUrl,
    notWith("DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD"),
  ],
  ["DATABASE_HOST", optional, notWith("DATABASE_URL")],
  ["DATABASE_PORT", number(undefined), isNumber, notWith("DATABASE_URL")],
  ["DATABASE_NAME", optional, notWith("DATABASE_URL")],
  ["DATABASE_USER", optional, notWith("DATABASE_URL")],
  ["DATABASE_PASSWORD", optional, notWith("DATABASE_URL")],
  ["DATABASE_CONNECTION_POOL_MAX", number(undefined), isNumber],
  [
    "PGSSLMODE",
    text(undefined),
    oneOf(["disable", "allow", "require", "prefer", "verify-ca", "verify-full"]),
  ],
  ["REDIS_URL", text(undefined), notEmpty],
  ["FORCE_HTTPS", flag("true")],
  ["PROXY_HEADERS_TRUSTED", flag("true")],
  ["PROXY_IP_HEADER", optional],
  ["SSL_KEY", optional, onlyWith("SSL_CERT")],
  ["SSL_CERT", optional, onlyWith("SSL_KEY")],
  ["FILE_STORAGE", (value) => value || "s3", oneOf(["local", "s3"])],
  ["FILE_STORAGE_LOCAL_ROOT_DIR", (value) => value || "/var/lib/outline/data"],
  ["FILE_STORAGE_UPLOAD_MAX_SIZE", number(1_000_000), isNumber],
  ["AWS_ACCESS_KEY_ID", optional],
  ["AWS_SECRET_ACCESS_KEY", optional, onlyWith("AWS_ACCESS_KEY_ID")],
  ["AWS_REGION", optional],
  ["AWS_S3_UPLOAD_BUCKET_URL", text("")],
  ["AWS_S3_UPLOAD_BUCKET_NAME", optional],
  ["AWS_S3_FORCE_PATH_STYLE", flag("true")],
  ["AWS_S3_ACL", text("private")],
  ["AWS_S3_UPLOAD_METHOD", (value) => value || "post", oneOf(["put", "post"])],
  ["SMTP_HOST", optional],
  ["SMTP_PORT", number(undefined), isNumber],
  ["SMTP_SECURE", flag("true")],
  ["SMTP_USERNAME", text(undefined)],
  ["SMTP_PASSWORD", text(undefined)],
  ["SMTP_FROM_EMAIL", optional, mailbox],
  ["SMTP_REPLY_EMAIL", optional, mailbox],
  ["OIDC_CLIENT_ID", optional, onlyWith("OIDC_CLIENT_SECRET")],
  ["OIDC_CLIENT_SECRET", optional, onlyWith("OIDC_CLIENT_ID")],
  ["OIDC_ISSUER_URL", optional, endpointUrl],
  ["OIDC_AUTH_URI", optional, endpointUrl],
  ["OIDC_TOKEN_URI", optional, endpointUrl],
  ["OIDC_USERINFO_URI", optional, endpointUrl],
  ["OIDC_LOGOUT_URI", optional, endpointUrl],
  ["OIDC_DISPLAY_NAME", text("OpenID Connect"), atMost(50)],
  ["OIDC_USERNAME_CLAIM", text("preferred_username")],
  ["OIDC_SCOPES", text("openid profile email")],
  ["OIDC_DISABLE_REDIRECT", lenientFlag],
];

/**
 * @param {NodeJS.ProcessEnv} source the process environment; values read from files are added to it
 * @returns {{ env: Record<string, any>, complaints: string[] }} the values, and what is wrong with them
 */
export function readEnvironment(source) {
  const env = {};
  for (const [name, parse] of VARIABLES) env[name] = parse(readVariable(source, name), name);
  const complaints = [];
  for (const [name, , ...rules] of VARIABLES) {
    const broken = rules.map((rule) => rule(env[name], name, env)).filter(Boolean);
    if (broken.length) complaints.push(broken.join(", "));
  }
  return { env: Object.freeze(env), complaints };
}
