import { randomBytes } from "node:crypto";

const COOKIE = "oidcSession";
const NINETY_DAYS = 90 * 24 * 3600;
const keyOf = (session) => `logout:oidc:${session}`;

const cookieOptions = (ctx, seconds) => ({
  httpOnly: true,
  sameSite: "lax",
  secure: ctx.request.secure,
  path: "/auth/oidc.logout",
  domain: ctx.hostname,
  expires: new Date(Date.now() + seconds * 1000),
});

/** Keeps the id_token in Redis and its handle in a cookie, since a token can outgrow a proxy's header buffer. */
export async function keepLogoutHint(redis, ctx, idToken) {
  const session = randomBytes(16).toString("hex");
  await redis.set(keyOf(session), idToken, "EX", NINETY_DAYS);
  ctx.cookies.set(COOKIE, session, cookieOptions(ctx, NINETY_DAYS));
}

/** @returns {Promise<string | null>} */
export async function takeLogoutHint(redis, ctx) {
  const session = ctx.cookies.get(COOKIE);
  ctx.cookies.set(COOKIE, "", cookieOptions(ctx, -60));
  return session ? redis.getdel(keyOf(session)) : null;
}
