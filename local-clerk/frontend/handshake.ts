import { getQuery, type Router, sendRedirect } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { isLoopbackUrl } from '../http/loopback.ts'
import { route } from '../http/route.ts'
import type { Context } from '../context.ts'
import { cookieSuffix } from '../keys.ts'
import { findClient } from './browser.ts'

const year = 365 * 24 * 60 * 60

const query = v.object({ redirect_url: v.string() })

function cookieLines(name: string, value: string, maxAge: number): string[] {
  const lifetime = value === '' ? 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT' : `Max-Age=${maxAge}`
  return [name, `${name}_${cookieSuffix}`].map(each => `${each}=${value}; Path=/; SameSite=Lax; ${lifetime}`)
}

/**
 * The handshake: a document request whose session cookie is missing or old is sent here and back, with
 * `__clerk_handshake` holding the Set-Cookie lines that the SDK then sets (`tokens/handshake.ts` of `@clerk/backend`).
 */
export function addHandshakeRoute(router: Router, ctx: Context) {
  router.get('/v1/client/handshake', route(async (event) => {
    const { redirect_url: address } = v.parse(query, getQuery(event))
    // Only a page on this machine gets a session token.
    if (!isLoopbackUrl(address)) throw errors.formatInvalid('redirect_url', 'The local Clerk returns to localhost only.')
    const back = new URL(address)
    const client = findClient(ctx, event) ?? ctx.browsers.create()
    const session = ctx.browsers.activeSession(client)
    const user = session && ctx.accounts.find(session.userId)
    const token = session && user ? await ctx.tokens.session(session, user, back.origin) : ''
    const updatedAt = session ? String(Math.floor(session.createdAt / 1000)) : '0'
    const cookies = [
      ...cookieLines('__clerk_db_jwt', client.devBrowser, year),
      ...cookieLines('__client_uat', updatedAt, year),
      ...cookieLines('__session', token, year),
    ]
    back.searchParams.set('__clerk_handshake', await ctx.tokens.handshake(cookies))
    return sendRedirect(event, back.href, 307)
  }))
}
