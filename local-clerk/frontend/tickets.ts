import { getQuery, type Router, sendRedirect } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { isLoopbackUrl } from '../http/loopback.ts'
import { route } from '../http/route.ts'
import type { Context } from '../context.ts'

const query = v.object({ ticket: v.string(), redirect_url: v.optional(v.string()) })

/**
 * Where the `url` of a sign-in token leads: on to the app's sign-in page, with the ticket. An instance of Clerk knows that
 * page; here it is what `redirect_url` says, else `/sign-in` of the app that gets the webhooks.
 */
export function addTicketRoute(router: Router, ctx: Context) {
  router.get('/v1/tickets/accept', route((event) => {
    const { ticket, redirect_url } = v.parse(query, getQuery(event))
    if (!ctx.signInTokens.has(ticket)) throw errors.ticketInvalid()
    const address = redirect_url ?? (ctx.store.webhookUrl && new URL('/sign-in', ctx.store.webhookUrl).href)
    if (!address) throw errors.paramMissing('redirect_url')
    if (!isLoopbackUrl(address)) throw errors.formatInvalid('redirect_url', 'The local Clerk returns to localhost only.')
    const page = new URL(address)
    page.searchParams.set('__clerk_ticket', ticket)
    page.searchParams.set('__clerk_status', 'sign_in')
    return sendRedirect(event, page.href, 303)
  }))
}
