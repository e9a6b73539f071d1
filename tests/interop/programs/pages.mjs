// What the programs for Node.js share: five pages, and a session for each browser, in memory.

import { randomUUID } from 'node:crypto'
import Koa from 'koa'

export const { ADDRESS, CLIENT_ID, CLIENT_SECRET, ISSUER } = process.env
export const CALLBACK = `${ADDRESS}/callback`

// `pages` are functions of Koa's context by path. What is in `ctx.session.signedIn` is shown at `/`.
export function serve(pages) {
  const sessions = new Map()
  const app = new Koa()
  app.use(async (ctx) => {
    // No SameSite: browsers then send it with a form from elsewhere too, for two minutes.
    const id = ctx.cookies.get(CLIENT_ID) ?? randomUUID()
    ctx.cookies.set(CLIENT_ID, id)
    if (!sessions.has(id)) sessions.set(id, {})
    ctx.session = sessions.get(id)
    await (pages[ctx.path] ?? home)(ctx)
  })
  app.listen(new URL(ADDRESS).port, '127.0.0.1')
}

function home(ctx) {
  ctx.assert(ctx.path === '/', 404)
  ctx.assert(ctx.session.signedIn, 401, 'Nobody is signed in.')
  ctx.body = ctx.session.signedIn
}
