import type { Database } from '#db/client.ts'
import { mirroredFields } from '#shared/types/mirrored.ts'
import type { MirrorRow } from '#db/queries/mirror.ts'
import { applyToMirror, blankRow } from '#db/queries/mirror.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import { codeOf } from '../../failure.ts'
import type { Applied, EventMeta, News } from '../news.ts'

const DEADLOCK = '40P01'
const DEADLOCK_TRIES = 5
/** A split batch is written for this long, ms; what is left then fails, and Svix sends it again. A delivery has 15 s. */
const SPLIT_MS = 8_000

/**
 * The only way into `users`: webhook, check, scan and just-in-time all call it.
 * Applied by the version rule in one statement; resolves after commit.
 * @param news at most one for each user and for each event
 * @returns what became of each, in order; an error in its place where one piece of news was refused by Postgres
 * @throws when the database cannot be reached, or fails for all of them
 */
export async function applyNews(db: Database, news: News[]): Promise<(Applied | Error)[]> {
  if (news.length === 0) return []
  const rows = news.map(toRow)
  try {
    return await retryDeadlocks(() => applyToMirror(db, rows))
  }
  catch (error) {
    if (!isOneRows(error)) throw error
    if (rows.length === 1) return [error]
    // One bad row must not fail its neighbours.
    const results: (Applied | Error)[] = []
    const began = performance.now()
    for (const one of news) results.push(...performance.now() - began < SPLIT_MS ? await applyNews(db, [one]) : [error])
    return results
  }
}

async function retryDeadlocks<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    }
    catch (error) {
      if (codeOf(error) !== DEADLOCK || attempt === DEADLOCK_TRIES) throw error
    }
  }
}

/**
 * An error that will come again for the same row: classes 22, 23 and 54, data exception, integrity violation, limit
 * exceeded. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const isLasting = (error: unknown): boolean => /^(?:22|23|54)...$/.test(codeOf(error) ?? '')

/** An error that one row may have caused: a lasting one, a lock that was not free in time, a statement that took too long, a row that is there twice. */
const isOneRows = (error: unknown): error is Error => isLasting(error) || ['55P03', '57014', '21000'].includes(codeOf(error) ?? '')

function toRow(news: News): MirrorRow {
  switch (news.kind) {
    case 'user': return { ...blankRow, ...eventColumns(news.event), ...userColumns(news.user), clerk_event_at: news.event.occurredAt, source: 'webhook' }
    case 'delete': return { ...blankRow, ...eventColumns(news.event), user_id: news.userId, deleted_at: news.event.occurredAt, source: 'webhook' }
    case 'none': return { ...blankRow, ...eventColumns(news.event), fixed_outcome: news.outcome, reason: news.reason, details: news.details }
    case 'read': return { ...blankRow, ...userColumns(news.user), source: news.source, read_kind: news.by, read_began_at: news.beganAt }
    case 'gone': return { ...blankRow, user_id: news.userId, deleted_at: news.goneAt, source: news.source, read_began_at: news.beganAt }
  }
}

const eventColumns = (event: EventMeta) => ({
  event_id: event.id,
  event_type: event.type,
  event_user_id: event.userId,
  occurred_at: event.occurredAt,
  elapsed_ms: performance.now() - event.receivedAt,
})

const userColumns = (user: ClerkUser) => ({
  ...Object.fromEntries(mirroredFields.map(field => [field, user[field]])),
  user_id: user.id,
  clerk_updated_at: user.clerkUpdatedAt,
})
