import Router from "@koa/router";
import { isConfigured } from "../oidc/routes.js";
import { endSessions, forgetSession, newSessionSecret, requireUser, startSession } from "../sessions.js";

/** @param {import("../web.js").Parts} parts */
export function sessionRoutes({ env, database, revalidation }) {
  const router = new Router({ prefix: "/api" });

  router.post("/auth.config", (ctx) => {
    const providers = isConfigured(env)
      ? [{ id: "oidc", name: env.OIDC_DISPLAY_NAME, authUrl: "/auth/oidc" }]
      : [];
    ctx.body = { data: { providers } };
  });

  // Whoever comes first founds the wiki, needing no provider; the stack has to keep this out of reach.
  router.post("/installation.create", async (ctx) => {
    const { rowCount } = await database.query("SELECT 1 FROM teams LIMIT 1");
    if (rowCount) ctx.throw(400, "Installation already has existing teams");
    const { teamName, userName, userEmail } = ctx.request.body;
    const { rows } = await database.query(
      `WITH team AS (INSERT INTO teams (name) VALUES ($1) RETURNING id)
       INSERT INTO users (team_id, name, email, role, session_secret)
       SELECT id, $2, $3, 'admin', $4 FROM team RETURNING *`,
      [teamName, userName, userEmail, newSessionSecret()],
    );
    startSession(ctx, rows[0]);
    ctx.redirect(`${env.URL}/home`);
  });

  router.post("/auth.info", requireUser(database), async (ctx) => {
    const { user } = ctx.state;
    await revalidation.schedule(user);
    const { rows } = await database.query("SELECT id, name FROM teams WHERE id = $1", [user.team_id]);
    ctx.body = { data: { user: presentUser(user), team: rows[0] } };
  });

  router.post("/auth.delete", requireUser(database), async (ctx) => {
    await endSessions(database, ctx.state.user.id);
    forgetSession(ctx);
    ctx.body = { success: true };
  });
  return router;
}

/** @param {Record<string, any>} user a row */
export const presentUser = ({ id, name, email, role, avatar_url }) => ({
  id,
  name,
  email,
  role,
  avatarUrl: avatar_url,
});
