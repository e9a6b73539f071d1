import { setTimeout as sleep } from "node:timers/promises";
import { connectDatabase } from "./database.js";
import { readEnvironment } from "./environment.js";
import { migrate } from "./migrations.js";
import { connectRedis } from "./redis.js";
import { discover } from "./oidc/discovery.js";
import { startRevalidationQueue } from "./oidc/revalidation.js";
import { attachSockets } from "./sockets.js";
import { openStorage } from "./storage/index.js";
import { createWeb } from "./web.js";

/**
 * Starts everything, or ends the process with what is wrong.
 *
 * @returns {Promise<() => Promise<void>>} what to do before the process ends
 */
export async function start() {
  const { env: given, complaints } = readEnvironment(process.env);
  if (complaints.length) {
    console.warn(
      "Environment configuration is invalid, please check the following:\n\n" +
        complaints.map((complaint) => `- ${complaint}`).join("\n"),
    );
    process.exit(1);
  }

  const env = await discover(given).catch((error) => {
    console.error(`Failed to discover OIDC configuration: ${error.message}`);
    process.exit(1);
  });

  const database = connectDatabase(env);
  const redis = connectRedis(env.REDIS_URL, { connectionName: "outline:client" });
  try {
    await migrate(database, redis);
  } catch (error) {
    // The engine starts it again; Outline leaves the waiting to its restart policy as well.
    console.error(`The database could not be brought up to date: ${error.message}`);
    process.exit(1);
  }

  if (env.ENABLE_UPDATES) console.log("Telemetry is on");
  const revalidation = startRevalidationQueue(env, database);
  const web = createWeb({ env, database, redis, revalidation, storage: openStorage(env) });
  const server = web.listen(env.PORT, () => console.log(`Listening on port ${env.PORT} for ${env.URL}`));
  server.setTimeout(env.REQUEST_TIMEOUT);
  const sockets = attachSockets(server, env);

  return async () => {
    sockets.close();
    server.close();
    server.closeAllConnections();
    await Promise.race([
      Promise.allSettled([revalidation.close(), database.end(), redis.quit()]),
      sleep(200),
    ]);
  };
}
