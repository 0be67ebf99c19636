import { defineEventHandler, setResponseHeader, setResponseStatus } from 'h3'
import { checkEnv } from '#server/env.ts'

/** In development without keys: one page that says how to go on, where Clerk would answer every request with a 500. */
export default defineEventHandler((event) => {
  if (!import.meta.dev) return
  const { problems } = checkEnv()
  if (problems.length === 0 || event.path.startsWith('/_nuxt/')) return
  if (event.path.startsWith('/api/')) throw apiError(503, `Rollcall is not set up yet. ${problems.join(' ')}`)
  setResponseStatus(event, 503)
  setResponseHeader(event, 'content-type', 'text/html; charset=utf-8')
  return setupPage(problems)
})
