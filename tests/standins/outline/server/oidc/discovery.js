import fetch from "node-fetch";
import { isConfigured } from "./routes.js";

const WELL_KNOWN = "/.well-known/openid-configuration";
const ANSWERS_WITHIN = 10_000; // milliseconds

/**
 * With an issuer in place of the endpoints, they are what it says they are.
 *
 * @param {Record<string, any>} env
 * @returns {Promise<Record<string, any>>} the same variables, with the endpoints
 * @throws {Error} when the issuer does not answer, or leaves one of three out; Outline ends then
 */
export async function discover(env) {
  if (isConfigured(env) || !env.OIDC_CLIENT_ID || !env.OIDC_ISSUER_URL) return env;
  const response = await fetch(wellKnown(env.OIDC_ISSUER_URL), {
    headers: { Accept: "application/json" },
    timeout: ANSWERS_WITHIN,
  });
  if (!response.ok) throw new Error(`Failed to fetch OIDC configuration: ${response.status}`);
  const found = await response.json();
  for (const name of ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"]) {
    if (!found[name]) throw new Error(`Missing ${name} in OIDC configuration`);
  }
  return Object.freeze({
    ...env,
    OIDC_AUTH_URI: found.authorization_endpoint,
    OIDC_TOKEN_URI: found.token_endpoint,
    OIDC_USERINFO_URI: found.userinfo_endpoint,
    OIDC_LOGOUT_URI: found.end_session_endpoint,
    OIDC_PKCE: found.code_challenge_methods_supported?.includes("S256") ?? false,
  });
}

/** @param {string} issuer which may name the document itself */
function wellKnown(issuer) {
  if (issuer.includes(WELL_KNOWN)) return issuer;
  const url = new URL(issuer);
  url.pathname = url.pathname.replace(/\/$/, "") + WELL_KNOWN;
  return url.toString();
}
