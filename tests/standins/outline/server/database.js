import pg from "pg";

/**
 * @param {Record<string, any>} env
 * @returns {pg.Pool}
 */
export function connectDatabase(env) {
  const where = env.DATABASE_URL
    ? { connectionString: env.DATABASE_URL }
    : {
        host: env.DATABASE_HOST,
        port: env.DATABASE_PORT ?? 5432,
        database: env.DATABASE_NAME,
        user: env.DATABASE_USER,
        password: env.DATABASE_PASSWORD,
      };
  if (!env.DATABASE_URL && !(env.DATABASE_HOST && env.DATABASE_NAME && env.DATABASE_USER)) {
    throw new Error(
      "DATABASE_URL is not set or individual database components (DATABASE_HOST, DATABASE_NAME, " +
        "DATABASE_USER) are not properly configured.",
    );
  }
  const encrypted = env.NODE_ENV === "production" && env.PGSSLMODE !== "disable";
  const pool = new pg.Pool({
    ...where,
    // Spelled out, because without it the driver would read PGSSLMODE by rules of its own.
    ssl: encrypted ? { rejectUnauthorized: false } : false,
    max: env.DATABASE_CONNECTION_POOL_MAX ?? 5,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 10_000,
    application_name: "outline",
  });
  // An idle connection that the server drops must not end this process.
  pool.on("error", (error) => console.error(`Database connection lost: ${error.message}`));
  return pool;
}

/**
 * @template T
 * @param {pg.Pool} pool
 * @param {(client: pg.PoolClient) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTransaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
