import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";

/**
 * @param {string} url
 * @param {import("ioredis").RedisOptions} [options]
 * @returns {Redis}
 */
export function connectRedis(url, options = {}) {
  const client = new Redis(url, {
    maxRetriesPerRequest: 20,
    enableReadyCheck: false,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(times * 500, 3000),
    ...options,
  });
  client.on("error", (error) => console.error(`Redis error: ${error.message}`));
  return client;
}

const RELEASE = `
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`;

/**
 * Runs `work` while holding the Redis lock `name`; waits for it when another process has it.
 *
 * @template T
 * @param {Redis} redis
 * @param {string} name
 * @param {number} milliseconds how long the lock lives when this process dies with it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withMutex(redis, name, milliseconds, work) {
  const key = `lock:${name}`;
  const owner = randomUUID();
  const giveUp = Date.now() + 120_000;
  while ((await redis.set(key, owner, "PX", milliseconds, "NX")) === null) {
    if (Date.now() > giveUp) throw new Error(`The lock ${name} is held by another process`);
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    await redis.eval(RELEASE, 1, key, owner);
  }
}
