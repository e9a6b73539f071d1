import Router from "@koa/router";

const YEAR = 365 * 24 * 60 * 60;
const WEEK = 7 * 24 * 60 * 60;

/** Files that anybody may have, with the headers of Outline's (server/routes/index.ts). */
export function assetRoutes() {
  const router = new Router();
  router.get("/static/{*path}", (ctx) => {
    ctx.set("Cache-Control", `max-age=${YEAR}, immutable`);
    ctx.set("Service-Worker-Allowed", "/");
    ctx.body = "/* a script */";
  });
  router.get("/images/{*path}", (ctx) => {
    ctx.set("Cache-Control", `max-age=${WEEK}`);
    ctx.body = "a picture";
  });
  router.get("/locales/{*path}", (ctx) => {
    ctx.set("Cache-Control", `public, max-age=${WEEK}`);
    ctx.body = {};
  });
  return router;
}
