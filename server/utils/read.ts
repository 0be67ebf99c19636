import { getCookie, getHeader, setCookie } from 'h3'
import type { H3Event } from 'h3'
import { LRUCache } from 'lru-cache'
import type { Database } from '#db/client.ts'
import { useEnv } from '#server/env.ts'
import { failureOf } from '#server/failure.ts'
import { useAppDatabase, useDb } from '#server/parts.ts'
import { REPLICA_AGE_MS } from '#server/replica.ts'
import { within } from '#server/within.ts'

/** A replica that takes longer is given up, ms. */
const PATIENCE_MS = 2_000

const COOKIE = 'rollcall_wrote'
/** Whoever wrote reads the primary for so long, which is longer than the replica may be behind. */
const WROTE_MS = REPLICA_AGE_MS + 2_000
/** The same, for programs, which keep no cookies: those who wrote by this instance. */
const writers = new LRUCache<string, true>({ max: 10_000, ttl: WROTE_MS })

/**
 * A public read, from the replica where there is one that may be asked: not for someone who has just written, nor where
 * the request says `Cache-Control: no-cache`, as what is read because of a notice does, and what is kept for guests. What
 * the replica does not have, or does not answer, is asked of the primary.
 * @param read undefined when it finds nothing
 * @throws what `read` throws on the primary, and DatabaseNotReadyError
 */
export async function readPublic<T>(event: H3Event, read: (db: Database) => Promise<T>): Promise<T> {
  const primary = await useDb()
  const { replica } = useAppDatabase()
  const pool = wantsLatest(event) ? undefined : replica?.pool()
  if (!pool) return read(primary)
  try {
    const found = await within(PATIENCE_MS, read(pool), 'The replica does not answer in time.')
    if (found !== undefined) return found
  }
  catch (error) {
    // A statement that stood in the way of what the replica replays is ended: that one alone.
    if (failureOf(error).reason === 'database-unreachable') replica?.failed()
  }
  return read(primary)
}

function wantsLatest(event: H3Event): boolean {
  const id = viewerId(event)
  return getCookie(event, COOKIE) !== undefined || (id !== null && writers.has(id)) || /\bno-cache\b/.test(getHeader(event, 'cache-control') ?? '')
}

/** Notes that whoever asks is about to write, so that they see it wherever they read next: the cookie reaches every instance. */
export function noteWriter(event: H3Event, id: string): void {
  if (!useEnv().DATABASE_READ_URL) return
  writers.set(id, true)
  const secure = useEnv().NUXT_SITE_URL.every(origin => origin.startsWith('https:'))
  setCookie(event, COOKIE, '1', { httpOnly: true, sameSite: 'lax', secure, maxAge: WROTE_MS / 1000, path: '/' })
}
