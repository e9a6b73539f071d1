import jwt from "jsonwebtoken";

const TOO_MANY = { ok: false, error: "rate_limit_exceeded", status: 429, message: "Rate limit exceeded" };

/**
 * Answers 429 to whoever asks more than RATE_LIMITER_REQUESTS times within
 * RATE_LIMITER_DURATION_WINDOW seconds, assets included. Counted per user where a session says who
 * that is, else per address, as the proxy in front gives it.
 *
 * @param {Record<string, any>} env
 * @param {import("ioredis").Redis} redis
 */
export function limitRequests(env, redis) {
  return async (ctx, next) => {
    // Like Outline's, the limiter lets everything pass while Redis is away.
    if (!env.RATE_LIMITER_ENABLED || redis.status !== "ready") return next();
    const key = `rl:${jwt.decode(ctx.cookies.get("accessToken") ?? "")?.id ?? ctx.ip}`;
    const asked = await redis.incr(key);
    if (asked === 1) await redis.expire(key, env.RATE_LIMITER_DURATION_WINDOW);
    if (asked <= env.RATE_LIMITER_REQUESTS) return next();
    ctx.status = TOO_MANY.status;
    ctx.body = TOO_MANY;
  };
}
