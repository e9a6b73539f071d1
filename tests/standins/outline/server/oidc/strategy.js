import { HttpsProxyAgent } from "https-proxy-agent";
import jwt from "jsonwebtoken";
import OAuth2Strategy from "passport-oauth2";
import { authenticationRequired, internalError, malformedUserInfo } from "../errors.js";
import { askUserinfo, parseClaims } from "./provider.js";
import { provision } from "./provisioning.js";
import { PkceStateStore, StateStore } from "./state.js";

/** Passes what the sign-in link was asked with on to the provider, as Outline does. */
class OidcStrategy extends OAuth2Strategy {
  authenticate(request, options) {
    super.authenticate(request, { ...options, originalQuery: request.query });
  }

  authorizationParams({ originalQuery }) {
    return { ...originalQuery };
  }
}

/**
 * The library that Outline uses, configured alike: client_secret_post, no nonce, PKCE only where discovered.
 *
 * @param {Record<string, any>} env
 * @param {import("pg").Pool} database
 */
export function createStrategy(env, database) {
  const strategy = new OidcStrategy(
    {
      authorizationURL: env.OIDC_AUTH_URI,
      tokenURL: env.OIDC_TOKEN_URI,
      clientID: env.OIDC_CLIENT_ID,
      clientSecret: env.OIDC_CLIENT_SECRET,
      callbackURL: `${env.URL}/auth/oidc.callback`,
      scope: env.OIDC_SCOPES,
      store: env.OIDC_PKCE ? new PkceStateStore(env) : new StateStore(env),
      state: true,
      pkce: env.OIDC_PKCE ?? false,
      passReqToCallback: true,
    },
    (request, accessToken, refreshToken, params, _profile, done) => {
      signIn(env, database, { accessToken, refreshToken, params }).then(
        ({ user }) => done(null, user, { idToken: params.id_token }),
        done,
      );
    },
  );
  // Outline looks at no NO_PROXY here, so a proxy injected into the container takes this request.
  const proxy = process.env.https_proxy ?? process.env.HTTPS_PROXY;
  if (proxy) strategy._oauth2.setAgent(new HttpsProxyAgent(proxy));
  return strategy;
}

/**
 * From tokens to a user: claims from userinfo, the unverified id_token filling in.
 *
 * @returns {Promise<{ user: Record<string, any> }>}
 */
async function signIn(env, database, { accessToken, refreshToken, params }) {
  const profile = await profileOf(env, accessToken);
  const token = jwt.decode(params.id_token ?? "") ?? {};
  const claim = (name) => profile[name] ?? token[name];

  const email = claim("email");
  if (!email) throw authenticationRequired("An email field was not returned, but is required.");
  const domain = /@([^@\s]+)$/.exec(email)?.[1];
  if (!domain) throw malformedUserInfo();
  const name = profile.name || claim(env.OIDC_USERNAME_CLAIM) || profile.username;
  if (!name) throw authenticationRequired("A name was not returned, but is required.");
  const sub = claim("sub") ?? profile.id;
  if (!sub) throw authenticationRequired("A user id was not returned, but is required.");

  return provision(database, env, {
    sub: String(sub),
    email,
    emailVerified: [true, "true"].includes(claim("email_verified")),
    domain,
    name,
    picture: /^data:/.test(profile.picture ?? "") ? undefined : profile.picture,
    tokens: {
      accessToken,
      refreshToken,
      expiresAt: params.expires_in ? new Date(Date.now() + params.expires_in * 1000) : null,
      scopes: (params.scope ?? env.OIDC_SCOPES).split(" "),
    },
  });
}

/**
 * The answer's status is not looked at here, as in Outline; a body that is no JSON is an internal
 * error, and silence is one without a name.
 */
async function profileOf(env, accessToken) {
  const { text } = await askUserinfo(env, accessToken).catch((error) => {
    throw new Error(error.message);
  });
  try {
    return parseClaims(text);
  } catch (error) {
    throw internalError(error.message);
  }
}
