import { createServer } from "node:http";
import Koa from "koa";
import helmet from "koa-helmet";
import sslify from "koa-sslify";
import Router from "@koa/router";
import { apiRoutes } from "./api/index.js";
import { assetRoutes } from "./assets.js";
import { controlRoutes } from "./control.js";
import { attachCsrfToken } from "./csrf.js";
import { healthRoutes } from "./health.js";
import { limitRequests } from "./limits.js";
import { authRoutes } from "./oidc/routes.js";
import { pageRoutes } from "./pages.js";

/**
 * What every part of the server works with.
 *
 * @typedef {object} Parts
 * @property {Record<string, any>} env
 * @property {import("pg").Pool} database
 * @property {import("ioredis").Redis} redis
 * @property {import("./oidc/revalidation.js").RevalidationQueue} revalidation
 * @property {import("./storage/index.js").Storage} storage
 */

/**
 * The order is Outline's: security headers, the limit and health on every scheme, then the enforced
 * https, then the rest.
 *
 * @param {Parts} parts
 * @returns {import("node:http").Server} not yet listening
 */
export function createWeb(parts) {
  const { env } = parts;
  const app = new Koa();
  app.use(answerErrors);
  app.use(helmet());
  app.use(limitRequests(env, parts.redis));
  app.use(healthRoutes(parts).routes());
  if (env.NODE_ENV === "production") {
    app.proxy = env.PROXY_HEADERS_TRUSTED;
    if (env.PROXY_IP_HEADER) app.proxyIpHeader = env.PROXY_IP_HEADER;
    if (env.FORCE_HTTPS) app.use(enforceHttps(env));
  }
  app.use(apiRoutes(parts));
  app.use(attachCsrfToken(env));
  const router = new Router();
  for (const part of [assetRoutes, authRoutes, controlRoutes, pageRoutes]) router.use(part(parts).routes());
  app.use(router.routes());
  return createServer(app.callback());
}

/** @param {Record<string, any>} env */
function enforceHttps(env) {
  return sslify.default({
    resolver: (ctx) =>
      sslify.httpsResolver(ctx) || (env.PROXY_HEADERS_TRUSTED && sslify.xForwardedProtoResolver(ctx)),
  });
}

/** Errors become JSON with the refusal's id; only what is unexpected is logged. */
async function answerErrors(ctx, next) {
  try {
    await next();
  } catch (error) {
    const status = error.status ?? 500;
    if (status >= 500) console.error(`${ctx.method} ${ctx.path}:`, error);
    ctx.status = status;
    ctx.body = {
      ok: false,
      error: error.id ?? "internal_error",
      status,
      message: error.message,
    };
  }
}
