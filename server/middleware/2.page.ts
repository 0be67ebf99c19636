import { appendResponseHeader, defineEventHandler, getHeader } from 'h3'
import { useEnv } from '#server/env.ts'

/** What a page must know and cannot see by itself: the reader's language and network address, and the app's own origin, never the Host header's. */
export default defineEventHandler((event) => {
  if (/^\/(?:api|_nuxt)\//.test(event.path)) return
  const [origin = ''] = useEnv().NUXT_SITE_URL
  event.context.page = { origin, locale: readerLocale(getHeader(event, 'accept-language')), address: clientAddress(event) }
  appendResponseHeader(event, 'vary', 'accept-language')
})
