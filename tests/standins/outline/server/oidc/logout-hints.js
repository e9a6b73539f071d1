import { randomBytes } from "node:crypto";

const COOKIE = "oidcSession";
const NINETY_DAYS = 90 * 24 * 3600;
const keyOf = (session) => `logout:oidc:${session}`;

/** Secure in production whatever the scheme, as the state's cookie is (see StateStore). */
const cookieOptions = (env, ctx, seconds) => ({
  httpOnly: true,
  sameSite: "lax",
  secure: env.NODE_ENV === "production",
  path: "/auth/oidc.logout",
  domain: ctx.hostname,
  expires: new Date(Date.now() + seconds * 1000),
});

/**
 * Keeps the id_token in Redis and its handle in a cookie, since a token can outgrow a proxy's
 * header buffer. When that fails, sign-in goes on without.
 */
export async function keepLogoutHint(env, redis, ctx, idToken) {
  try {
    const session = randomBytes(16).toString("hex");
    await redis.set(keyOf(session), idToken, "EX", NINETY_DAYS);
    ctx.cookies.set(COOKIE, session, cookieOptions(env, ctx, NINETY_DAYS));
  } catch (error) {
    console.warn(`Failed to persist logout token: ${error.message}`);
  }
}

/** @returns {Promise<string | null>} */
export async function takeLogoutHint(env, redis, ctx) {
  const session = ctx.cookies.get(COOKIE);
  const token = session ? await redis.getdel(keyOf(session)).catch(() => null) : null;
  ctx.cookies.set(COOKIE, "", cookieOptions(env, ctx, -60));
  return token;
}
