import { getHeader } from 'h3'
import { useEnv } from '#server/env.ts'

/**
 * A page of another site may send requests in a reader's name, so what changes something is served to our own pages alone.
 * Browsers send `Origin` with each such request. A program sends none; it must bring its session as a bearer, which a page
 * of another site cannot do unasked, where a browser adds cookies by itself. Deliveries are signed, and the scheduler's call brings a token of its own.
 */
export default defineApiHandler((event) => {
  if (isSafe(event.method) || !event.path.startsWith('/api/') || provenRoutes.includes(routeOf(event.path))) return
  const origin = getHeader(event, 'origin')
  if (origin !== undefined) {
    if (useEnv().NUXT_SITE_URL.includes(origin)) return
    throw apiError(403, 'This came from a page of another site. Open this app at its own address; the people who run it list its addresses in NUXT_SITE_URL.')
  }
  if (getHeader(event, 'cookie') === undefined || /^Bearer \S/.test(getHeader(event, 'authorization') ?? '')) return
  throw apiError(403, 'A cookie alone is not enough here. Send the header Origin, or the session as authorization: Bearer ….')
})
