import Router from "@koa/router";
import { forbidden, validation } from "../errors.js";
import { newSessionSecret, requireUser } from "../sessions.js";
import { presentUser } from "./session.js";

/**
 * "Invite people" makes an account here and none at the provider.
 *
 * @param {import("../web.js").Parts} parts
 */
export function userRoutes({ database }) {
  const router = new Router({ prefix: "/api" });

  router.post("/users.invite", requireUser(database), async (ctx) => {
    const { user } = ctx.state;
    if (user.role !== "admin") throw forbidden();
    const invites = ctx.request.body?.invites;
    if (!Array.isArray(invites)) throw validation("invites must be a list");
    const made = [];
    for (const { email, name, role = "member" } of invites) {
      const { rows } = await database.query(
        `INSERT INTO users (team_id, name, email, role, session_secret) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (lower(email)) DO NOTHING RETURNING *`,
        [user.team_id, name, email, role, newSessionSecret()],
      );
      made.push(...rows.map(presentUser));
    }
    ctx.body = { data: { sent: invites, users: made } };
  });
  return router;
}
