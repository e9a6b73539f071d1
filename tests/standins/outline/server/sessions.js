import { randomBytes } from "node:crypto";
import jwt from "jsonwebtoken";
import { authenticationRequired } from "./errors.js";

const COOKIE = "accessToken";
const THREE_MONTHS = 90 * 24 * 3600 * 1000;

/** A secret of the user's own signs their sessions, so a new one ends them all at once. */
export const newSessionSecret = () => randomBytes(32).toString("hex");

/**
 * @param {import("koa").Context} ctx
 * @param {{ id: string, session_secret: string }} user
 */
export function startSession(ctx, user) {
  const expires = new Date(Date.now() + THREE_MONTHS);
  const claims = { id: user.id, type: "session", service: "oidc", expiresAt: expires.toISOString() };
  ctx.cookies.set(COOKIE, jwt.sign(claims, user.session_secret), { sameSite: "lax", expires });
}

/** @param {import("koa").Context} ctx */
export function forgetSession(ctx) {
  ctx.cookies.set(COOKIE, "", { sameSite: "lax", expires: new Date(0) });
}

/**
 * @param {import("pg").Pool} database
 * @param {import("koa").Context} ctx
 * @returns {Promise<Record<string, any> | undefined>} the signed-in user's row
 */
export async function currentUser(database, ctx) {
  const bearer = /^Bearer (.+)$/i.exec(ctx.get("authorization"));
  const token = bearer?.[1] ?? ctx.cookies.get(COOKIE);
  const claims = token ? jwt.decode(token) : undefined;
  if (!claims || claims.type !== "session" || new Date(claims.expiresAt) < new Date()) return undefined;
  const { rows } = await database.query("SELECT * FROM users WHERE id = $1", [claims.id]);
  try {
    if (rows.length) jwt.verify(token, rows[0].session_secret, { algorithms: ["HS256"] });
  } catch {
    return undefined;
  }
  return rows[0];
}

/**
 * Lets only signed-in users through and puts their row into `ctx.state.user`.
 *
 * @param {import("pg").Pool} database
 */
export function requireUser(database) {
  return async (ctx, next) => {
    ctx.state.user = await currentUser(database, ctx);
    if (!ctx.state.user) throw authenticationRequired();
    return next();
  };
}

/**
 * Ends every session of one user.
 *
 * @param {import("pg").Pool} database
 * @param {string} userId
 */
export async function endSessions(database, userId) {
  await database.query("UPDATE users SET session_secret = $2 WHERE id = $1", [userId, newSessionSecret()]);
}
