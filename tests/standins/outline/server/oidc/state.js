import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import jwt from "jsonwebtoken";
import { stateMismatch } from "../errors.js";

const COOKIE = "oauth_csrf";
const TEN_MINUTES = 600;

/**
 * Keeps the authorization request's state in two halves: a JWT in the URL, signed with SECRET_KEY,
 * and a nonce in a cookie for the Host that was asked, whose hash is in the JWT.
 *
 * In production 1.9.2 makes the cookie Secure whatever the scheme, and the cookie library throws when
 * the request did not come by https: sign-in then answers 500 (outline/outline#13180).
 */
export class StateStore {
  /** @param {Record<string, any>} env */
  constructor(env) {
    this.secret = env.SECRET_KEY;
    this.secure = env.NODE_ENV === "production";
  }

  /** Called by passport-oauth2 before the redirect; two parameters are its sign for "no PKCE". */
  store(request, done) {
    this.begin(request, undefined, done);
  }

  begin({ ctx }, codeVerifier, done) {
    const nonce = randomBytes(16).toString("hex");
    const claims = {
      type: "oauth_state",
      host: ctx.hostname,
      client: "web",
      codeVerifier,
      nonceHash: hash(nonce),
    };
    ctx.cookies.set(COOKIE, nonce, this.cookieOptions(ctx, TEN_MINUTES));
    done(null, jwt.sign(claims, this.secret, { algorithm: "HS256", expiresIn: TEN_MINUTES }));
  }

  verify(request, state, done) {
    const { ctx } = request;
    const nonce = ctx.cookies.get(COOKIE) ?? "";
    ctx.cookies.set(COOKIE, "", this.cookieOptions(ctx, -60));
    let claims;
    try {
      claims = jwt.verify(state, this.secret, { algorithms: ["HS256"] });
    } catch (error) {
      return done(
        stateMismatch(error.name === "TokenExpiredError" ? "Expired OAuth state" : "Invalid OAuth state"),
      );
    }
    if (claims.type !== "oauth_state" || !sameText(hash(nonce), claims.nonceHash)) {
      return done(stateMismatch("OAuth CSRF nonce mismatched"));
    }
    return done(null, claims.codeVerifier ?? true, state);
  }

  cookieOptions(ctx, seconds) {
    return {
      httpOnly: true,
      sameSite: "lax",
      secure: this.secure,
      expires: new Date(Date.now() + seconds * 1000),
      domain: ctx.hostname,
    };
  }
}

/** With a provider that says it knows PKCE the verifier is in the state, too. */
export class PkceStateStore extends StateStore {
  /** Five parameters are the library's sign for PKCE. */
  store(request, codeVerifier, _state, _meta, done) {
    this.begin(request, codeVerifier, done);
  }
}

const hash = (value) => createHash("sha256").update(value).digest("hex");

const sameText = (left, right = "") =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
