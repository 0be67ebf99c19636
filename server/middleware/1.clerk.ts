import { clerkMiddleware } from '@clerk/nuxt/server'
import { defineEventHandler } from 'h3'
import type { EventHandler } from 'h3'
import { useEnv } from '#server/env.ts'

/** What needs no session must not wait for Clerk, nor fail with it. */
const open = /^\/(?:_nuxt\/|api\/(?:webhooks|health|metrics|_nuxt_icon)(?:[/?]|$)|[^/]+\.(?:svg|png|ico|txt|webmanifest)(?:\?|$))/

let authenticate: EventHandler | undefined

/** Clerk's own middleware passes no authorizedParties, and so takes a session made for another origin of the instance. */
export default defineEventHandler((event) => {
  if (open.test(event.path)) return
  authenticate ??= clerkMiddleware({ authorizedParties: useEnv().NUXT_SITE_URL })
  return authenticate(event)
})
