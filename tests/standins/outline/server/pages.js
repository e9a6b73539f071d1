import { randomBytes } from "node:crypto";
import Router from "@koa/router";
import helmet from "koa-helmet";
import { isConfigured } from "./oidc/routes.js";
import { currentUser } from "./sessions.js";
import { embeddedFrom } from "./storage/s3.js";
import { homePage, signInPage } from "./views.js";

/** @param {import("./web.js").Parts} parts */
export function pageRoutes({ env, database }) {
  const router = new Router();
  router.use(contentSecurityPolicy(env));

  router.get("/", async (ctx) => {
    if (await currentUser(database, ctx)) {
      ctx.redirect("/home");
      return;
    }
    const { notice, logout } = ctx.query;
    ctx.type = "html";
    ctx.body = signInPage({
      notice: notice && String(notice),
      provider: isConfigured(env) ? env.OIDC_DISPLAY_NAME : undefined,
      // With OIDC as the only way in, Outline goes there at once, unless there is something to read.
      redirectAtOnce: isConfigured(env) && !env.OIDC_DISABLE_REDIRECT && !notice && !logout,
      nonce: ctx.state.nonce,
    });
  });

  router.get("/home", async (ctx) => {
    const user = await currentUser(database, ctx);
    if (!user) {
      ctx.redirect("/");
      return;
    }
    ctx.type = "html";
    ctx.body = homePage({ user, csrfToken: ctx.state.csrfToken, nonce: ctx.state.nonce });
  });
  return router;
}

/** The parts of Outline's policy that a page, its script and an upload have to live with. */
function contentSecurityPolicy(env) {
  return (ctx, next) => {
    ctx.state.nonce = randomBytes(16).toString("hex");
    return helmet.contentSecurityPolicy({
      directives: {
        baseUri: ["'none'"],
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: [env.URL, `'nonce-${ctx.state.nonce}'`],
        mediaSrc: ["*", "data:", "blob:"],
        imgSrc: ["*", "data:", "blob:"],
        frameSrc: ["*", "data:"],
        objectSrc: [env.URL, "'self'", ...embeddedFrom(env)],
        connectSrc: ["*"],
      },
    })(ctx, next);
  };
}
