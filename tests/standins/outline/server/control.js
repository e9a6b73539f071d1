import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import Router from "@koa/router";
import { koaBody } from "koa-body";
import { forbidden } from "./errors.js";
import { sendMail } from "./mailer.js";
import { currentUser, requireUser } from "./sessions.js";

/** What a proxy may have changed on the way. */
const FORWARDED = [
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-real-ip",
  "forwarded",
  "host",
];

/**
 * What tests need and Outline does not have, all under `/standin/`: one for anybody, the rest for
 * signed-in users.
 *
 * @param {import("./web.js").Parts} parts
 */
export function controlRoutes({ env, database, storage, revalidation }) {
  const router = new Router({ prefix: "/standin" });

  /** How a request arrived: what Outline would take for scheme, host and client, and the headers. */
  router.post("/seen", (ctx) => {
    const headers = Object.fromEntries(FORWARDED.map((name) => [name, ctx.headers[name] ?? null]));
    ctx.body = { proto: ctx.protocol, host: ctx.host, ip: ctx.ip, headers };
  });

  router.use(requireUser(database));
  router.use(koaBody());

  /** Puts, gets and deletes a file from this server's side: `{ok, step?, error?}`. */
  router.post("/storage-check", async (ctx) => {
    ctx.body = await checkStorage(storage, ctx.state.user.id);
  });

  /** Sends a mail to the signed-in user: `{ok, error?}`. */
  router.post("/mail", async (ctx) => {
    const mail = { to: ctx.state.user.email, subject: "Hello", text: "From the wiki." };
    ctx.body = await sendMail(env, mail).then(
      () => ({ ok: true }),
      (error) => ({ ok: false, error: error.message }),
    );
  });

  /**
   * Lets `minutes` pass for the signed-in user, then does what `auth.info` does and waits for it:
   * `{asked, session}`. With 61 an hour's access token is renewed on the way; with ten more after
   * that userinfo alone is asked.
   */
  router.post("/revalidate", async (ctx) => {
    const minutes = Number(ctx.query.minutes ?? 61);
    const { id } = ctx.state.user;
    await passTime(database, id, minutes);
    const { rows } = await database.query("SELECT * FROM users WHERE id = $1", [id]);
    await revalidation.schedule(rows[0]);
    const asked = await revalidation.finish(id);
    ctx.body = { asked, session: (await currentUser(database, ctx)) ? "kept" : "ended" };
  });

  /** Sets the domains whose addresses may sign in, as Outline's settings page does: `{"domains": […]}`. */
  router.post("/allowed-domains", async (ctx) => {
    if (ctx.state.user.role !== "admin") throw forbidden();
    await database.query("UPDATE teams SET allowed_domains = $1", [ctx.request.body.domains]);
    ctx.body = { ok: true };
  });
  return router;
}

async function checkStorage(storage, userId) {
  const key = `uploads/${userId}/check-${randomBytes(8).toString("hex")}/check.txt`;
  const body = randomBytes(32);
  let step = "put";
  try {
    await storage.put(key, body, "text/plain");
    step = "get";
    const found = await buffer(await storage.get(key));
    if (!found.equals(body)) return { ok: false, step, error: "other bytes came back" };
    step = "delete";
    await storage.remove(key);
    step = "get after delete";
    const left = await storage.get(key).then(
      () => true,
      () => false,
    );
    return left ? { ok: false, step, error: "the file is still there" } : { ok: true };
  } catch (error) {
    return { ok: false, step, error: `${error.name}: ${error.message}` };
  }
}

async function passTime(database, userId, minutes) {
  await database.query(
    "UPDATE users SET last_signed_in_at = last_signed_in_at - make_interval(mins => $2) WHERE id = $1",
    [userId, minutes],
  );
  await database.query(
    `UPDATE user_authentications SET expires_at = expires_at - make_interval(mins => $2),
       last_validated_at = last_validated_at - make_interval(mins => $2) WHERE user_id = $1`,
    [userId, minutes],
  );
}
