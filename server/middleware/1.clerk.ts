import { IncomingMessage } from 'node:http'
import type { ClerkClient } from '@clerk/backend'
import { makeAuthObjectSerializable, signedOutAuthObject, stripPrivateDataFromObject } from '@clerk/backend/internal'
import type { SignedInAuthObject, SignedOutAuthObject } from '@clerk/backend/internal'
import { clerkClient } from '@clerk/nuxt/server'
import { appendResponseHeader, defineEventHandler, setResponseHeader } from 'h3'
import type { H3Event } from 'h3'
import { useEnv } from '#server/env.ts'
import { useSessions } from '#server/parts.ts'

/** What needs no session must not wait for Clerk, nor fail with it. */
const open = new Set([...provenRoutes, '/api/health', '/api/metrics', '/_nuxt/*', 'file'])

/** A page that is kept in the browser, whoever uses it: it is made for nobody. */
const forNobody = '/offline'

const signedOut = signedOutAuthObject()

let client: ClerkClient | undefined

/**
 * Who asks, as `@clerk/nuxt` hands it to its plugin. Its own middleware makes a client, and reads the whole environment, for
 * each request, and takes a session made for another origin of the instance. Certain guests pass by Clerk's check.
 */
export default defineEventHandler(async (event) => {
  const route = routeOf(event.path)
  if (open.has(route)) return
  const { headers } = event.node.req
  const asked = { method: event.method, path: event.path, headers }
  if (route === forNobody || isGuest(asked, useEnv().NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY)) {
    event.context.guest = true
    return setAuth(event, signedOut)
  }
  // What a page asks for while it is rendered is sent nowhere: the page was not.
  const known = event.node.req instanceof IncomingMessage && mayHandshake(asked) ? undefined : useSessions().find(headers)
  if (known) return setAuth(event, known)

  client ??= clerkClient(event)
  const state = await client.authenticateRequest(toRequest(event), { authorizedParties: useEnv().NUXT_SITE_URL }).catch((error) => {
    throw isForgedHandshake(error) ? apiError(400, 'This address carries a session that Clerk did not sign. Open the page without what follows the question mark.') : error
  })
  if (state.headers.has('location')) return new Response(null, { status: 307, headers: state.headers })
  const auth = state.toAuth()
  if (!auth) throw new Error('Clerk wants another token of the browser, and does not say where from.')
  for (const [name, value] of state.headers) (name === 'set-cookie' ? appendResponseHeader : setResponseHeader)(event, name, value)
  useSessions().keep(headers, state)
  setAuth(event, auth)
})

function setAuth(event: H3Event, auth: SignedInAuthObject | SignedOutAuthObject): void {
  event.context.auth = () => auth
  event.context.__clerk_initial_state = makeAuthObjectSerializable(stripPrivateDataFromObject(auth))
}

/** What Clerk does for an app with several domains, which this is not: it sends a browser, and with a development key the name it has at Clerk, to any address in the query. */
const ofOtherDomains = ['__clerk_redirect_url', '__clerk_synced']

/**
 * The request without its body, which stays unread, at our own address: Clerk sends a browser back to where the headers say
 * that it came from, and those are a claim. Of our origins it is the one that is claimed, else the first.
 */
function toRequest(event: H3Event): Request {
  const headers = new Headers(event.headers)
  const claimed = [headers.get('x-forwarded-host')?.split(',')[0]?.trim(), headers.get('host')]
  const own = useEnv().NUXT_SITE_URL.map(origin => new URL(origin))
  const { origin, host } = own.find(({ host }) => claimed.includes(host)) ?? own[0] ?? new URL('http://localhost')
  for (const name of ['x-forwarded-host', 'x-forwarded-proto']) headers.delete(name)
  headers.set('host', host)
  const url = new URL(`${origin}${event.path.startsWith('/') ? event.path : '/'}`)
  for (const name of ofOtherDomains) url.searchParams.delete(name)
  // Clerk asks whether it is a GET; a `Request` refuses some of the other methods.
  return new Request(url, { method: event.method === 'GET' ? 'GET' : 'POST', headers })
}

/** With a development key the SDK throws, with words and no code; with a production key it goes on without. */
const isForgedHandshake = (error: unknown) => error instanceof Error && error.message.startsWith('Clerk: Handshake token verification failed') && !error.message.includes('reason=jwk-')
