import { IncomingMessage } from 'node:http'
import type { ClerkClient } from '@clerk/backend'
import { makeAuthObjectSerializable, signedOutAuthObject, stripPrivateDataFromObject } from '@clerk/backend/internal'
import type { SignedInAuthObject, SignedOutAuthObject } from '@clerk/backend/internal'
import { clerkClient } from '@clerk/nuxt/server'
import { appendResponseHeader, defineEventHandler, getRequestProtocol, setResponseHeader } from 'h3'
import type { H3Event } from 'h3'
import { useEnv } from '#server/env.ts'
import { useSessions } from '#server/parts.ts'

/** What needs no session must not wait for Clerk, nor fail with it. */
const open = /^\/(?:_nuxt\/|api\/(?:webhooks|health|metrics|cron\/check)(?:[/?]|$)|[^/]+\.(?:svg|png|ico|txt|webmanifest)(?:\?|$))/

const signedOut = signedOutAuthObject()

let client: ClerkClient | undefined

/**
 * Who asks, as `@clerk/nuxt` hands it to its plugin. Its own middleware makes a client, and reads the whole environment, for
 * each request, and takes a session made for another origin of the instance. Certain guests pass by Clerk's check.
 */
export default defineEventHandler(async (event) => {
  if (open.test(event.path)) return
  const { headers } = event.node.req
  const asked = { method: event.method, path: event.path, headers }
  if (isGuest(asked, useEnv().NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY)) {
    event.context.guest = true
    return setAuth(event, signedOut)
  }
  // What a page asks for while it is rendered is sent nowhere: the page was not.
  const known = event.node.req instanceof IncomingMessage && mayHandshake(asked) ? undefined : useSessions().find(headers)
  if (known) return setAuth(event, known)

  client ??= clerkClient(event)
  const state = await client.authenticateRequest(toRequest(event), { authorizedParties: useEnv().NUXT_SITE_URL })
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

/** The request without its body, which stays unread. Clerk takes the host from the headers. */
function toRequest(event: H3Event): Request {
  return new Request(new URL(event.path, `${getRequestProtocol(event)}://localhost`), { method: event.method, headers: event.headers })
}
