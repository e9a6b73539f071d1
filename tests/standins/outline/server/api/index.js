import Router from "@koa/router";
import { koaBody } from "koa-body";
import { verifyCsrfToken } from "../csrf.js";
import { notFound } from "../errors.js";
import { attachmentRoutes } from "./attachments.js";
import { fileRoutes } from "./files.js";
import { sessionRoutes } from "./session.js";
import { userRoutes } from "./users.js";

/**
 * Everything under `/api/`.
 *
 * @param {import("../web.js").Parts} parts
 * @returns {import("koa").Middleware}
 */
export function apiRoutes(parts) {
  const { env } = parts;
  const parseBody = koaBody({
    multipart: true,
    formidable: { maxFileSize: env.FILE_STORAGE_UPLOAD_MAX_SIZE },
    onError: (error) => {
      throw Object.assign(error, { status: error.httpCode ?? error.status ?? 400 });
    },
  });
  const verify = verifyCsrfToken(env);
  const router = new Router();
  for (const part of [sessionRoutes, userRoutes, attachmentRoutes, fileRoutes])
    router.use(part(parts).routes());
  const answer = router.routes();

  return async (ctx, next) => {
    if (!ctx.path.startsWith("/api/")) return next();
    return parseBody(ctx, () =>
      verify(ctx, () =>
        answer(ctx, () => {
          throw notFound();
        }),
      ),
    );
  };
}
