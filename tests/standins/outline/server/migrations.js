import { inTransaction } from "./database.js";
import { withMutex } from "./redis.js";

const TEN_MINUTES = 600_000;

/** Applied in this order, each once; there is no way back. */
const MIGRATIONS = [
  {
    name: "1-extensions",
    // The same four that Outline creates, as its own role: they are "trusted", so the database's owner may.
    sql: ["uuid-ossp", "unaccent", "pg_trgm", "btree_gin"]
      .map((extension) => `CREATE EXTENSION IF NOT EXISTS "${extension}";`)
      .join("\n"),
  },
  {
    name: "2-accounts",
    sql: `
      CREATE TABLE teams (
        id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
        name text NOT NULL,
        allowed_domains text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
        team_id uuid NOT NULL REFERENCES teams,
        name text NOT NULL,
        email text NOT NULL,
        role text NOT NULL DEFAULT 'member',
        avatar_url text,
        session_secret text NOT NULL,
        last_signed_in_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX users_email ON users (lower(email));
      CREATE INDEX users_name ON users USING gin (name gin_trgm_ops);
      CREATE TABLE user_authentications (
        id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
        user_id uuid NOT NULL REFERENCES users,
        provider_id text NOT NULL UNIQUE,
        access_token text,
        refresh_token text,
        scopes text[],
        expires_at timestamptz,
        last_validated_at timestamptz NOT NULL DEFAULT now()
      );`,
  },
  {
    name: "3-attachments",
    sql: `
      CREATE TABLE attachments (
        id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
        user_id uuid NOT NULL REFERENCES users,
        team_id uuid NOT NULL REFERENCES teams,
        key text NOT NULL UNIQUE,
        name text NOT NULL,
        acl text NOT NULL,
        content_type text NOT NULL,
        size bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );`,
  },
];

/**
 * Brings the database up to date; of several processes that start together one does the work.
 *
 * @param {import("pg").Pool} pool
 * @param {import("ioredis").Redis} redis
 */
export async function migrate(pool, redis) {
  await withMutex(redis, "migrations", TEN_MINUTES, async () => {
    await pool.query("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)");
    const done = new Set((await pool.query("SELECT name FROM migrations")).rows.map((row) => row.name));
    for (const { name, sql } of MIGRATIONS.filter((migration) => !done.has(migration.name))) {
      console.log(`Running migration ${name}`);
      await inTransaction(pool, async (client) => {
        await client.query(sql);
        await client.query("INSERT INTO migrations (name) VALUES ($1)", [name]);
      });
    }
  });
}
