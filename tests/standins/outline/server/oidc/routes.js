import { randomBytes } from "node:crypto";
import Router from "@koa/router";
import passport from "@outlinewiki/koa-passport";
import { startSession } from "../sessions.js";
import { keepLogoutHint, takeLogoutHint } from "./logout-hints.js";
import { createStrategy } from "./strategy.js";

/**
 * Sign-in and sign-out; without the five OIDC variables there is no way in, as with Outline.
 *
 * @param {import("../web.js").Parts} parts
 */
export function authRoutes({ env, database, redis }) {
  const router = new Router();
  if (!isConfigured(env)) return router;
  passport.use("oidc", createStrategy(env, database));
  router.use(passport.initialize());

  // A passkey of Outline's own needs no provider; the stack has to keep this out of reach.
  router.post("/auth/passkeys.generateAuthenticationOptions", (ctx) => {
    ctx.body = { challenge: randomBytes(32).toString("base64url"), userVerification: "required" };
  });

  // Nor does a link in a mail, which is sent to whomever the wiki knows by address alone.
  if (env.SMTP_HOST) {
    router.post("/auth/email", (ctx) => {
      ctx.body = { success: true };
    });
    router.get("/auth/email.callback", (ctx) => {
      ctx.redirect("/?notice=auth-error&description=Missing%20token");
    });
  }

  router.get("/auth/oidc", passport.authenticate("oidc"));

  router.get("/auth/oidc.callback", (ctx) =>
    passport.authorize("oidc", { session: false }, async (error, user, result) => {
      if (error || !user) {
        const notice = error?.id?.replaceAll("_", "-") ?? "auth-error";
        console.warn(`Sign-in refused (${notice}): ${describe(error)}`);
        ctx.redirect(error?.id ? `${env.URL}/?notice=${notice}` : `/?notice=${notice}`);
        return;
      }
      if (env.OIDC_LOGOUT_URI && result.idToken) await keepLogoutHint(env, redis, ctx, result.idToken);
      startSession(ctx, user);
      ctx.redirect(`${env.URL}/home`);
    })(ctx),
  );

  router.get("/auth/oidc.logout", async (ctx) => {
    const hint = await takeLogoutHint(env, redis, ctx);
    if (!env.OIDC_LOGOUT_URI) {
      ctx.redirect("/");
      return;
    }
    const url = new URL(env.OIDC_LOGOUT_URI);
    if (hint) url.searchParams.set("id_token_hint", hint);
    url.searchParams.set("client_id", env.OIDC_CLIENT_ID);
    url.searchParams.set("post_logout_redirect_uri", env.URL);
    ctx.redirect(url.toString());
  });
  return router;
}

/** @param {Record<string, any>} env */
export const isConfigured = (env) =>
  ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_AUTH_URI", "OIDC_TOKEN_URI", "OIDC_USERINFO_URI"].every(
    (name) => env[name],
  );

/** passport-oauth2 wraps what the HTTP client said. */
const describe = (error) =>
  [error?.message, error?.oauthError?.message ?? error?.oauthError?.data].filter(Boolean).join(": ") ||
  "no user returned";
