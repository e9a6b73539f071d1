import { inTransaction } from "../database.js";
import { domainNotAllowed, invalidAuthentication } from "../errors.js";
import { newSessionSecret } from "../sessions.js";

/**
 * @typedef {object} Identity
 * @property {string} sub
 * @property {string} email
 * @property {boolean} emailVerified
 * @property {string} domain of the e-mail address
 * @property {string} name
 * @property {string | undefined} picture
 * @property {{ accessToken: string, refreshToken?: string, expiresAt: Date | null, scopes: string[] }} tokens
 */

/**
 * Finds or makes the user an identity stands for, and keeps its tokens: one set per `sub`.
 *
 * @param {import("pg").Pool} database
 * @param {Record<string, any>} env
 * @param {Identity} identity
 * @returns {Promise<{ user: Record<string, any> }>}
 */
export function provision(database, env, identity) {
  return inTransaction(database, async (client) => {
    const team = await findOrMakeTeam(client);
    const user =
      (await bySub(client, env, identity)) ??
      (await byEmail(client, team, identity)) ??
      (await newUser(client, team, identity));
    await keepTokens(client, user, identity);
    const { rows } = await client.query(
      "UPDATE users SET last_signed_in_at = now() WHERE id = $1 RETURNING *",
      [user.id],
    );
    return { user: rows[0] };
  });
}

/** @returns {Promise<Record<string, any>>} the one team; `isNew` when this sign-in founded it */
async function findOrMakeTeam(client) {
  // The lock keeps two first sign-ins from founding two teams.
  await client.query("LOCK TABLE teams IN SHARE ROW EXCLUSIVE MODE");
  const found = await client.query("SELECT * FROM teams LIMIT 1");
  if (found.rows.length) return { ...found.rows[0], isNew: false };
  const made = await client.query("INSERT INTO teams (name) VALUES ('Outline') RETURNING *");
  return { ...made.rows[0], isNew: true };
}

/** A known `sub`: the e-mail address follows the provider, the name stays. */
async function bySub(client, env, { sub, email, picture }) {
  const { rows } = await client.query(
    "SELECT users.* FROM users JOIN user_authentications a ON a.user_id = users.id WHERE a.provider_id = $1",
    [sub],
  );
  if (!rows.length) return undefined;
  const [user] = rows;
  // A picture on the wiki's own address counts as stored already, so a changed one never arrives.
  const newPicture = picture && new URL(picture, env.URL).host !== new URL(env.URL).host;
  await client.query("UPDATE users SET email = $2, avatar_url = $3 WHERE id = $1", [
    user.id,
    email,
    newPicture ? picture : user.avatar_url,
  ]);
  return user;
}

/** An invited or existing user whose address the provider vouches for. */
async function byEmail(client, team, { email, emailVerified, name, picture }) {
  const { rows } = await client.query("SELECT * FROM users WHERE lower(email) = lower($1)", [email]);
  if (!emailVerified && (rows.length || team.allowed_domains.length)) {
    throw invalidAuthentication("Your email address has not been verified by your identity provider.");
  }
  if (!rows.length) return undefined;
  await client.query("UPDATE users SET name = $2, avatar_url = $3 WHERE id = $1", [
    rows[0].id,
    name,
    picture,
  ]);
  return rows[0];
}

/** The team's founder becomes its admin. */
async function newUser(client, team, { email, domain, name, picture }) {
  if (team.allowed_domains.length && !team.allowed_domains.includes(domain.toLowerCase())) {
    throw domainNotAllowed();
  }
  const { rows } = await client.query(
    `INSERT INTO users (team_id, name, email, role, avatar_url, session_secret)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
    [team.id, name, email, team.isNew ? "admin" : "member", picture, newSessionSecret()],
  );
  return rows[0];
}

async function keepTokens(client, user, { sub, tokens }) {
  await client.query(
    `INSERT INTO user_authentications (user_id, provider_id, access_token, refresh_token, expires_at, scopes)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (provider_id) DO UPDATE SET access_token = $3, refresh_token = $4, expires_at = $5,
       scopes = $6, last_validated_at = now()`,
    [user.id, sub, tokens.accessToken, tokens.refreshToken, tokens.expiresAt, tokens.scopes],
  );
}
