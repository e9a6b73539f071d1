// Outline's sign-in without the wiki: koa-passport and passport-oauth2, wired as in its
// plugins/oidc/server/auth/oidcRouter.ts, server/utils/passport.ts and server/utils/oauth.ts.

import { createHash, randomBytes } from 'node:crypto'
import passport from '@outlinewiki/koa-passport'
import { Strategy } from 'passport-oauth2'
import { ADDRESS, CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER, serve } from './pages.mjs'

const SCOPES = 'openid profile email'
const NONCE = 'oauth_csrf'
const hash = (text) => createHash('sha256').update(text).digest('hex')

// Told every address, Outline leaves PKCE out; told the issuer alone, it looks.
const endpoints = process.env.DISCOVERY ? await discovered() : {
  authorizationURL: `${ISSUER}/authorize`,
  tokenURL: `${ISSUER}/token`,
  userInfoURL: `${ISSUER}/userinfo`,
  logoutURL: `${ISSUER}/end-session`,
  pkce: false,
}

async function discovered() {
  const answer = await fetch(`${ISSUER}/.well-known/openid-configuration`)
  const found = await answer.json()
  return {
    authorizationURL: found.authorization_endpoint,
    tokenURL: found.token_endpoint,
    userInfoURL: found.userinfo_endpoint,
    logoutURL: found.end_session_endpoint,
    pkce: found.code_challenge_methods_supported?.includes('S256'),
  }
}

class OIDCStrategy extends Strategy {
  authenticate(req, options) {
    options.originalQuery = req.query
    super.authenticate(req, options)
  }

  authorizationParams(options) {
    return { ...options.originalQuery, ...super.authorizationParams?.(options) }
  }
}

// What is to be remembered travels in the state; a cookie ties it to the browser.
const store = {
  store(req, codeVerifier, _state, _meta, done) {
    const nonce = randomBytes(16).toString('hex')
    req.ctx.cookies.set(NONCE, nonce, { httpOnly: true, sameSite: 'lax' })
    const state = { host: new URL(ADDRESS).host, client: 'web', codeVerifier, nonceHash: hash(nonce) }
    done(null, Buffer.from(JSON.stringify(state)).toString('base64url'))
  },
  verify(req, given, done) {
    const state = JSON.parse(Buffer.from(given, 'base64url'))
    const mine = state.nonceHash === hash(req.ctx.cookies.get(NONCE) ?? '')
    done(mine ? null : new Error('OAuth CSRF nonce mismatched'), state.codeVerifier ?? true, given)
  },
}

const options = {
  authorizationURL: endpoints.authorizationURL,
  tokenURL: endpoints.tokenURL,
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  callbackURL: CALLBACK,
  passReqToCallback: true,
  scope: SCOPES,
  store,
  state: true,
  pkce: endpoints.pkce,
}
passport.use('oidc', new OIDCStrategy(options, (req, accessToken, refreshToken, params, _, done) => {
  told(accessToken).then(
    (userinfo) => done(null, {
      userinfo,
      access_token: accessToken,
      refresh_token: refreshToken,
      id_token: params.id_token,
    }),
    done,
  )
}))

async function told(accessToken) {
  const headers = { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' }
  const answer = await fetch(endpoints.userInfoURL, { headers })
  return answer.json()
}

serve({
  '/sign-in': (ctx) => passport.authenticate('oidc')(ctx),
  '/callback': (ctx) => passport.authorize('oidc', { session: false }, (err, user) => {
    if (err || !user) throw err ?? new Error('No user returned during authentication')
    ctx.session.signedIn = user
    ctx.redirect('/')
  })(ctx),
  '/refresh': async (ctx) => {
    const body = new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      refresh_token: ctx.session.signedIn.refresh_token,
      grant_type: 'refresh_token',
    })
    const answer = await fetch(endpoints.tokenURL, { method: 'POST', body })
    ctx.assert(answer.ok, 502, await answer.clone().text())
    const { access_token, refresh_token } = await answer.json()
    const userinfo = await told(access_token)
    Object.assign(ctx.session.signedIn, { userinfo, access_token, refresh_token })
    ctx.redirect('/')
  },
  '/sign-out': (ctx) => {
    const url = new URL(endpoints.logoutURL)
    url.searchParams.set('id_token_hint', ctx.session.signedIn.id_token)
    url.searchParams.set('client_id', CLIENT_ID)
    url.searchParams.set('post_logout_redirect_uri', ADDRESS)
    delete ctx.session.signedIn
    ctx.redirect(url.toString())
  },
})
