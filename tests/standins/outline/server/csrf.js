import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { csrfRefused } from "./errors.js";

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
/** Calls that change nothing need no token, as with Outline's "read" scope. */
const READ_CALLS = new Set(["/api/auth.info", "/api/attachments.redirect", "/api/files.get"]);

/** 1.9.2's name on either scheme; later versions call it `__Host-csrfToken` on https. */
const COOKIE = "csrfToken";

/** @param {import("koa").Context} ctx @returns {string | undefined} */
export const csrfTokenOf = (ctx) => ctx.cookies.get(COOKIE);

/** @param {Record<string, any>} env */
export function attachCsrfToken(env) {
  return async (ctx, next) => {
    if (SAFE_METHODS.includes(ctx.method)) {
      const token = sign(randomBytes(16).toString("hex"), env.SECRET_KEY);
      ctx.state.csrfToken = token;
      ctx.cookies.set(COOKIE, token, { httpOnly: false, sameSite: "lax", domain: ctx.hostname });
    }
    await next();
  };
}

/**
 * Refuses a changing call that is authenticated by cookie alone unless the cookie's token came
 * along in the header `x-csrf-token` or the field `_csrf`.
 *
 * @param {Record<string, any>} env
 */
export function verifyCsrfToken(env) {
  return async (ctx, next) => {
    const byCookie = !ctx.get("authorization") && ctx.cookies.get("accessToken");
    if (SAFE_METHODS.includes(ctx.method) || !byCookie || READ_CALLS.has(ctx.path)) return next();
    const expected = csrfTokenOf(ctx);
    if (!expected) throw csrfRefused("CSRF token missing from cookie");
    const given = ctx.get("x-csrf-token") || ctx.request.body?._csrf;
    if (!given) throw csrfRefused("CSRF token missing from request");
    if (given !== expected || !isSigned(expected, env.SECRET_KEY)) throw csrfRefused("CSRF token mismatch");
    return next();
  };
}

const sign = (raw, secret) =>
  `${raw}.${createHmac("sha256", secret).update(Buffer.from(raw, "hex")).digest("hex")}`;

function isSigned(token, secret) {
  const [raw = ""] = token.split(".");
  const expected = Buffer.from(sign(raw, secret));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
