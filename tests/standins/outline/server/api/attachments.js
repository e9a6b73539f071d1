import { randomUUID } from "node:crypto";
import Router from "@koa/router";
import { forbidden, invalidRequest, notFound, validation } from "../errors.js";
import { currentUser, requireUser } from "../sessions.js";

/** What a row's `acl` may be in Outline; AWS_S3_ACL is put there as it is. */
const KNOWN_ACLS = ["private", "public-read"];

/** @param {import("../web.js").Parts} parts */
export function attachmentRoutes({ env, database, storage }) {
  const router = new Router({ prefix: "/api" });
  const limit = env.FILE_STORAGE_UPLOAD_MAX_SIZE;

  router.post("/attachments.create", requireUser(database), async (ctx) => {
    const { user } = ctx.state;
    const { name, preset, contentType = "application/octet-stream" } = ctx.request.body ?? {};
    const size = Number(ctx.request.body?.size);
    if (typeof name !== "string" || !name || !Number.isFinite(size)) {
      throw validation("name and size are required");
    }
    if (size > limit) {
      throw validation(`Sorry, this file is too large – the maximum size is ${limit} bytes`);
    }
    const acl = preset === "avatar" ? "public-read" : env.AWS_S3_ACL;
    if (!KNOWN_ACLS.includes(acl)) throw validation("Validation isIn on acl failed (acl)");
    const id = randomUUID();
    const key = `uploads/${user.id}/${id}/${name.replaceAll(/[^\w.-]/g, "_").slice(0, 255)}`;
    await database.query(
      `INSERT INTO attachments (id, user_id, team_id, key, name, acl, content_type, size)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, user.id, user.team_id, key, name, acl, contentType, size],
    );
    const upload =
      env.AWS_S3_UPLOAD_METHOD === "put"
        ? await asPut(storage, key, size, contentType)
        : await asForm(storage, ctx, key, limit, contentType);
    const url = `/api/attachments.redirect?id=${id}`;
    ctx.body = {
      data: { ...upload, attachment: { id, name, contentType, size, userId: user.id, url } },
    };
  });

  router.register("/attachments.redirect", ["get", "post"], async (ctx) => {
    const user = await currentUser(database, ctx);
    const id = String(ctx.request.body?.id ?? ctx.query.id ?? "");
    const { rows } = await database.query("SELECT * FROM attachments WHERE id::text = $1", [id]);
    if (!rows.length) throw notFound();
    // Only what is private asks who comes.
    if (rows[0].acl === "private" && rows[0].team_id !== user?.team_id) throw forbidden();
    ctx.set("Cache-Control", "max-age=300, immutable");
    ctx.redirect(await storage.signedUrl(rows[0].key));
  });
  return router;
}

async function asPut(storage, key, size, contentType) {
  if (!storage.presignPut) {
    throw invalidRequest(
      "The current storage backend does not support PUT uploads. " +
        'Set AWS_S3_UPLOAD_METHOD to "post" or use an S3-compatible storage provider.',
    );
  }
  return { mode: "put", ...(await storage.presignPut(key, size, contentType)) };
}

async function asForm(storage, ctx, key, limit, contentType) {
  return {
    mode: "post",
    uploadUrl: storage.uploadUrl(),
    form: {
      "Cache-Control": "max-age=31557600",
      "Content-Type": contentType,
      ...(await storage.presignPost(ctx, key, limit, contentType)),
    },
  };
}
