import { readFile } from "node:fs/promises";
import Router from "@koa/router";
import jwt from "jsonwebtoken";
import { authenticationRequired, forbidden, notFound, validation } from "../errors.js";
import { currentUser } from "../sessions.js";

/**
 * The local storage's own upload and download; only with FILE_STORAGE=local.
 *
 * @param {import("../web.js").Parts} parts
 */
export function fileRoutes({ env, database, storage }) {
  const router = new Router({ prefix: "/api" });
  if (storage.kind !== "local") return router;

  router.post("/files.create", async (ctx) => {
    if (!ctx.is("multipart/form-data")) throw validation("Request type must be multipart/form-data");
    const file = ctx.request.files?.file;
    if (!file) throw validation("Request must include a file parameter");
    const { key, sig } = ctx.request.body;
    const user = await currentUser(database, ctx);
    if (sig) keyFromSignature(env, sig, "attachment-upload", key);
    else if (!user) throw authenticationRequired();
    const attachment = await findAttachment(database, key);
    if (!sig && attachment.user_id !== user.id) throw forbidden("Invalid key");
    if (file.size > Number(attachment.size)) throw validation("The uploaded file exceeds the declared size");
    await storage.put(key, await readFile(file.filepath), attachment.content_type);
    ctx.body = { success: true };
  });

  router.get("/files.get", async (ctx) => {
    const { sig } = ctx.query;
    const key = sig ? keyFromSignature(env, String(sig), "attachment") : String(ctx.query.key ?? "");
    const attachment = await findAttachment(database, key);
    const user = await currentUser(database, ctx);
    if (!sig && attachment.team_id !== user?.team_id) throw forbidden();
    ctx.type = attachment.content_type;
    ctx.set("Content-Security-Policy", "sandbox");
    ctx.body = await storage.get(key);
  });
  return router;
}

/** @returns {string} the key that was signed for this purpose */
function keyFromSignature(env, signature, purpose, wanted) {
  let claims;
  try {
    claims = jwt.verify(signature, env.SECRET_KEY, { algorithms: ["HS256"] });
  } catch {
    throw authenticationRequired("Invalid signature");
  }
  if (claims.type !== purpose || (wanted !== undefined && claims.key !== wanted)) {
    throw authenticationRequired("Invalid signature");
  }
  return claims.key;
}

async function findAttachment(database, key) {
  const { rows } = await database.query("SELECT * FROM attachments WHERE key = $1", [key]);
  if (!rows.length) throw notFound();
  return rows[0];
}
