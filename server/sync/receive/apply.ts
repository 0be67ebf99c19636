import type { Database } from '#db/client.ts'
import { mirroredFields } from '#db/mirrored.ts'
import type { MirrorRow } from '#db/queries/mirror.ts'
import { applyToMirror, blankRow } from '#db/queries/mirror.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import { codeOf } from '../../failure.ts'
import type { Applied, EventMeta, News } from '../news.ts'

const DEADLOCK = '40P01'
const DEADLOCK_TRIES = 5

/**
 * The only way into `users`: webhook, scan and just-in-time all come through here.
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
    if (!isDataError(error)) throw error
    if (rows.length === 1) return [error]
    // One bad event must not fail its neighbours.
    const results: (Applied | Error)[] = []
    for (const one of news) results.push(...await applyNews(db, [one]))
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

/** Classes 22 and 23, data exception and integrity violation: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isDataError = (error: unknown): error is Error => /^2[23]...$/.test(codeOf(error) ?? '')

function toRow(news: News): MirrorRow {
  switch (news.kind) {
    case 'user': return { ...blankRow, ...eventColumns(news.event), ...userColumns(news.user), clerk_event_at: news.event.occurredAt, source: 'webhook' }
    case 'delete': return { ...blankRow, ...eventColumns(news.event), user_id: news.userId, deleted_at: news.event.occurredAt, source: 'webhook' }
    case 'none': return { ...blankRow, ...eventColumns(news.event), fixed_outcome: news.outcome, reason: news.reason, details: news.details }
    case 'read': return { ...blankRow, ...userColumns(news.user), source: news.source, by_id: news.byId, read_began_at: news.beganAt }
    case 'gone': return { ...blankRow, user_id: news.userId, deleted_at: news.beganAt, source: 'scan', read_began_at: news.beganAt }
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
