import Router from "@koa/router";
import { isConfigured } from "../oidc/routes.js";
import { endSessions, forgetSession, requireUser } from "../sessions.js";

/** @param {import("../web.js").Parts} parts */
export function sessionRoutes({ env, database, revalidation }) {
  const router = new Router({ prefix: "/api" });

  router.post("/auth.config", (ctx) => {
    const providers = isConfigured(env)
      ? [{ id: "oidc", name: env.OIDC_DISPLAY_NAME, authUrl: "/auth/oidc" }]
      : [];
    ctx.body = { data: { providers } };
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
