import { setResponseHeader } from 'h3'
import type { H3Event } from 'h3'
import type { Limited } from '#server/limiter.ts'
import { useDb, useLimiter } from '#server/parts.ts'

const doing: Record<Limited, string> = {
  post: 'posting',
  like: 'liking',
  search: 'searching',
  change: 'making changes',
  clerk: 'checking with Clerk',
  seen: 'marking notifications as seen',
  export: 'downloading',
  report: 'reporting',
}

/**
 * Whoever is signed in, when they and their address have not done this too often in the last minute. It comes before the
 * work. A route that changes something has it; a test looks.
 * @returns the Clerk id
 * @throws 401 for a guest, 429 with `Retry-After` beyond the limit
 */
export async function limitUser(event: H3Event, kind: Limited): Promise<string> {
  const id = requireUser(event)
  if (!isSafe(event.method)) noteWriter(event, id)
  await useDb()
  const refusal = await useLimiter().take(kind, id, clientAddress(event))
  if (!refusal) return id
  setResponseHeader(event, 'retry-after', refusal.seconds)
  const who = refusal.by === 'person' ? `You are ${doing[kind]} faster than this site allows.` : `Many people are ${doing[kind]} from your network right now.`
  throw apiError(429, `${who} Try again in ${refusal.seconds} ${refusal.seconds === 1 ? 'second' : 'seconds'}.`)
}
