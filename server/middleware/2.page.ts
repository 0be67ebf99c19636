import { appendResponseHeader, defineEventHandler, getHeader } from 'h3'
import { useEnv } from '#server/env.ts'

/** What a page must know and cannot see by itself: the reader's language and network address, the app's own origin, never the Host header's, and whether the server sends events. */
export default defineEventHandler((event) => {
  if (/^\/(?:api|_nuxt)\//.test(event.path)) return
  const { LIVE, NUXT_SITE_URL: [origin = ''] } = useEnv()
  event.context.page = { origin, locale: readerLocale(getHeader(event, 'accept-language')), address: clientAddress(event), live: LIVE === 'on' }
  appendResponseHeader(event, 'vary', 'accept-language')
})
