import Queue from "bull";
import { connectRedis, withMutex } from "../redis.js";
import { endSessions } from "../sessions.js";
import { authenticationRequired } from "../errors.js";
import { askUserinfo, isSuccess, parseClaims, refreshTokens } from "./provider.js";

const MINUTE = 60_000;

/**
 * @typedef {object} RevalidationQueue
 * @property {(user: Record<string, any>) => Promise<void>} schedule asks in the background, for one
 *   user once at a time
 * @property {(userId: string) => Promise<boolean>} finish waits for the background job of one user;
 *   false when it failed (the provider could not be asked)
 * @property {() => Promise<void>} close
 */

/**
 * @param {Record<string, any>} env
 * @param {import("pg").Pool} database
 * @returns {RevalidationQueue}
 */
export function startRevalidationQueue(env, database) {
  const lock = connectRedis(env.REDIS_URL, { connectionName: "outline:locks" });
  const queue = new Queue("tasks", {
    createClient: (type) =>
      type === "client"
        ? connectRedis(env.REDIS_URL)
        : connectRedis(env.REDIS_URL, { maxRetriesPerRequest: null }),
    defaultJobOptions: { attempts: 2, removeOnComplete: true, removeOnFail: true },
  });
  queue.on("error", (error) => console.error(`Queue: ${error.message}`));
  void queue.process(({ data }) =>
    withMutex(lock, `validateSSO:${data.userId}`, MINUTE, () => revalidate(env, database, data.userId)),
  );

  /** Of the jobs under way, by user: what to call when one is through, and its promise. */
  const underWay = new Map();
  const settle = ({ data }, outcome) => {
    underWay.get(data.userId)?.resolve(outcome);
    underWay.delete(data.userId);
  };
  queue.on("completed", (job) => settle(job, true));
  queue.on("failed", (job) => job.attemptsMade >= job.opts.attempts && settle(job, false));

  return {
    async schedule(user) {
      // Only when the sign-in is not fresh; the same job id makes a second request a no-op.
      if (user.last_signed_in_at > Date.now() - 60 * MINUTE) return;
      if (!underWay.has(user.id)) underWay.set(user.id, deferred());
      try {
        await queue.add({ userId: user.id }, { jobId: `validate-sso:${user.id}` });
      } catch (error) {
        underWay.delete(user.id);
        throw error;
      }
    },
    finish: async (userId) => underWay.get(userId)?.promise ?? true,
    async close() {
      await queue.close(true);
      await lock.quit();
    },
  };
}

function deferred() {
  let resolve;
  const promise = new Promise((settled) => (resolve = settled));
  return { promise, resolve };
}

/**
 * Asks the provider about every identity of a user and ends all their sessions when each was refused.
 *
 * @throws when the provider could not be asked, so that the queue tries again and nobody is signed out
 */
async function revalidate(env, database, userId) {
  const { rows } = await database.query("SELECT * FROM user_authentications WHERE user_id = $1", [userId]);
  if (!rows.length) return;
  const outcomes = await Promise.allSettled(rows.map((row) => isStillValid(env, database, row)));
  if (outcomes.some((outcome) => outcome.value === true)) return;
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  console.log(`Authentication token no longer valid for ${userId}`);
  await endSessions(database, userId);
}

/** @returns {Promise<boolean>} false when the provider refused */
async function isStillValid(env, database, authentication) {
  if (authentication.last_validated_at > Date.now() - 5 * MINUTE) return true;
  try {
    const accessToken = await freshAccessToken(env, database, authentication);
    const { status, text } = await askUserinfo(env, accessToken);
    if (!isSuccess(status)) throw authenticationRequired();
    parseClaims(text);
  } catch (error) {
    if (error.id === "authentication_required") return false;
    throw error;
  }
  await database.query("UPDATE user_authentications SET last_validated_at = now() WHERE id = $1", [
    authentication.id,
  ]);
  return true;
}

async function freshAccessToken(env, database, { id, access_token, refresh_token, expires_at }) {
  const nearItsEnd = expires_at && expires_at < Date.now() + 5 * MINUTE;
  if (!nearItsEnd || !refresh_token) return access_token;
  const tokens = await refreshTokens(env, refresh_token);
  await database.query(
    "UPDATE user_authentications SET access_token = $2, refresh_token = $3, expires_at = $4 WHERE id = $1",
    [id, tokens.accessToken, tokens.refreshToken ?? refresh_token, tokens.expiresAt],
  );
  return tokens.accessToken;
}
