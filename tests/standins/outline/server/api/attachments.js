import { randomUUID } from "node:crypto";
import Router from "@koa/router";
import { forbidden, notFound, validation } from "../errors.js";
import { currentUser, requireUser } from "../sessions.js";

/** @param {import("../web.js").Parts} parts */
export function attachmentRoutes({ env, database, storage }) {
  const router = new Router({ prefix: "/api" });
  const limit = env.FILE_STORAGE_UPLOAD_MAX_SIZE;

  router.post("/attachments.create", requireUser(database), async (ctx) => {
    const { user } = ctx.state;
    const { name, contentType = "application/octet-stream" } = ctx.request.body ?? {};
    const size = Number(ctx.request.body?.size);
    if (typeof name !== "string" || !name || !Number.isFinite(size)) {
      throw validation("name and size are required");
    }
    if (size > limit) {
      throw validation(`Sorry, this file is too large – the maximum size is ${limit} bytes`);
    }
    const id = randomUUID();
    const key = `uploads/${user.id}/${id}/${name.replaceAll(/[^\w.-]/g, "_").slice(0, 255)}`;
    await database.query(
      `INSERT INTO attachments (id, user_id, team_id, key, name, acl, content_type, size)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, user.id, user.team_id, key, name, env.AWS_S3_ACL, contentType, size],
    );
    ctx.body = {
      data: {
        mode: "post",
        uploadUrl: storage.uploadUrl(),
        form: {
          "Cache-Control": "max-age=31557600",
          "Content-Type": contentType,
          ...(await storage.presignPost(ctx, key, limit, contentType)),
        },
        attachment: {
          id,
          name,
          contentType,
          size,
          userId: user.id,
          url: `/api/attachments.redirect?id=${id}`,
        },
      },
    };
  });

  router.register("/attachments.redirect", ["get", "post"], async (ctx) => {
    const user = await currentUser(database, ctx);
    const id = String(ctx.request.body?.id ?? ctx.query.id ?? "");
    const { rows } = await database.query("SELECT * FROM attachments WHERE id::text = $1", [id]);
    if (!rows.length) throw notFound();
    if (rows[0].team_id !== user?.team_id) throw forbidden();
    ctx.set("Cache-Control", "max-age=300, immutable");
    ctx.redirect(await storage.signedUrl(rows[0].key));
  });
  return router;
}
