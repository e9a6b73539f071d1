// A client on openid-client, by the book: PKCE, state, nonce. Without a secret it is a public one.

import { text } from 'node:stream/consumers'
import * as oidc from 'openid-client'
import { ADDRESS, CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER, serve } from './pages.mjs'

const { RESPONSE_MODE } = process.env
const config = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  CLIENT_SECRET ? oidc.ClientSecretBasic(CLIENT_SECRET) : oidc.None(),
  // It's http, on loopback; and ID tokens' signatures are looked at, though they come from there.
  { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
)

async function signedIn(tokens, sub) {
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub)
  const { access_token, refresh_token, id_token } = tokens
  return { userinfo, access_token, refresh_token, id_token }
}

serve({
  '/sign-in': async (ctx) => {
    const checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
    }
    ctx.session.checks = checks
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      ...(RESPONSE_MODE && { response_mode: RESPONSE_MODE }),
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    })
    ctx.redirect(url.href)
  },
  '/callback': async (ctx) => {
    const { method, headers } = ctx.req
    const request = new Request(`${ADDRESS}${ctx.url}`, {
      method,
      headers,
      body: method === 'POST' ? await text(ctx.req) : undefined,
    })
    const answer = method === 'POST' ? request : new URL(request.url)
    const tokens = await oidc.authorizationCodeGrant(config, answer, ctx.session.checks)
    ctx.session.signedIn = await signedIn(tokens, tokens.claims().sub)
    ctx.redirect('/')
  },
  '/refresh': async (ctx) => {
    const { refresh_token, userinfo } = ctx.session.signedIn
    const tokens = await oidc.refreshTokenGrant(config, refresh_token)
    ctx.session.signedIn = await signedIn(tokens, userinfo.sub)
    ctx.redirect('/')
  },
  '/sign-out': (ctx) => {
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: ctx.session.signedIn.id_token,
      post_logout_redirect_uri: ADDRESS,
    })
    delete ctx.session.signedIn
    ctx.redirect(url.href)
  },
})
