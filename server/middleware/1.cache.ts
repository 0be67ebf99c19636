import { defineEventHandler, setResponseHeader } from 'h3'

/**
 * Who may keep an answer: no cache, since nearly every answer depends on who asks. A page is kept by the reader's own
 * browser, for its Back button, and asked for again otherwise. The icons of `@nuxt/icon` say for themselves.
 */
export default defineEventHandler((event) => {
  if (event.path.startsWith('/api/_nuxt_icon/')) return
  setResponseHeader(event, 'cache-control', event.path.startsWith('/api/') ? 'private, no-store' : 'private, no-cache')
})
