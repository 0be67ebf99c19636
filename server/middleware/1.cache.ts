import { defineEventHandler, setResponseHeader } from 'h3'

/**
 * Who may keep an answer: no cache, since nearly every answer depends on who asks. A page is kept by the reader's own
 * browser, for its Back button, and asked for again otherwise.
 */
export default defineEventHandler((event) => {
  setResponseHeader(event, 'cache-control', event.path.startsWith('/api/') ? 'private, no-store' : 'private, no-cache')
})
