import { makeAuthObjectSerializable, signedOutAuthObject, stripPrivateDataFromObject } from '@clerk/backend/internal'
import { clerkMiddleware } from '@clerk/nuxt/server'
import { defineEventHandler } from 'h3'
import type { EventHandler } from 'h3'
import { useEnv } from '#server/env.ts'

/** What needs no session must not wait for Clerk, nor fail with it. */
const open = /^\/(?:_nuxt\/|api\/(?:webhooks|health|metrics|_nuxt_icon)(?:[/?]|$)|[^/]+\.(?:svg|png|ico|txt|webmanifest)(?:\?|$))/

/** What Clerk's middleware sets for someone who is not signed in. */
const signedOut = signedOutAuthObject()
const initialState = makeAuthObjectSerializable(stripPrivateDataFromObject(signedOut))

let authenticate: EventHandler | undefined

/**
 * Who asks. Clerk's check costs a digest and a client for each request, so certain guests pass by it. Its own middleware
 * passes no authorizedParties, and so takes a session made for another origin of the instance.
 */
export default defineEventHandler((event) => {
  if (open.test(event.path)) return
  if (isGuest({ method: event.method, path: event.path, headers: event.node.req.headers }, useEnv().NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY)) {
    event.context.guest = true
    event.context.auth = () => signedOut
    event.context.__clerk_initial_state = initialState
    return
  }
  authenticate ??= clerkMiddleware({ authorizedParties: useEnv().NUXT_SITE_URL })
  return authenticate(event)
})
