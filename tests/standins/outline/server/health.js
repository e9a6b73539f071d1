import Router from "@koa/router";

/** @param {import("./web.js").Parts} parts */
export function healthRoutes({ database, redis }) {
  const router = new Router();
  router.get("/_health", async (ctx) => {
    try {
      await database.query("SELECT 1");
      await redis.ping();
    } catch (error) {
      console.error(`Health: ${error.message}`);
      ctx.status = 500;
      return;
    }
    ctx.body = "OK";
  });
  return router;
}
