import postgres from 'postgres'
import type { Database } from '#db/client.ts'
import { applyToMirror } from '#db/queries/mirror.ts'
import type { MirrorRow } from '#db/queries/mirror.ts'
import type { ClerkUser } from '#shared/schemas/clerk.ts'
import type { Applied, News } from './news.ts'

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
    // One poison event must not fail its neighbours.
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
      if (!(error instanceof postgres.PostgresError) || error.code !== DEADLOCK || attempt === DEADLOCK_TRIES) throw error
    }
  }
}

/** Classes 22 and 23, data exception and integrity violation: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isDataError(error: unknown): error is postgres.PostgresError {
  return error instanceof postgres.PostgresError && /^2[23]/.test(error.code)
}

const iso = (ms: number | null) => ms === null ? null : new Date(ms).toISOString()

const blank: MirrorRow = {
  event_id: null, event_type: null, event_user_id: null, occurred_at: null, fixed_outcome: null, reason: null, elapsed_ms: null,
  user_id: null, username: null, first_name: null, last_name: null, image_url: null, email: null, banned: false,
  clerk_created_at: null, clerk_updated_at: null, clerk_event_at: null, last_sign_in_at: null, deleted_at: null,
  source: null, by_id: false, read_began_at: null,
}

function toRow(news: News): MirrorRow {
  switch (news.kind) {
    case 'user': return { ...blank, ...eventColumns(news.event), ...userColumns(news.user), clerk_event_at: iso(news.event.occurredAt), source: 'webhook' }
    case 'delete': return { ...blank, ...eventColumns(news.event), user_id: news.userId, deleted_at: iso(news.event.occurredAt), source: 'webhook' }
    case 'none': return { ...blank, ...eventColumns(news.event), fixed_outcome: news.outcome, reason: news.reason }
    case 'read': return { ...blank, ...userColumns(news.user), source: news.source, by_id: news.byId, read_began_at: news.beganAt }
    case 'gone': return { ...blank, user_id: news.userId, deleted_at: news.beganAt, source: 'scan', read_began_at: news.beganAt }
  }
}

function eventColumns(event: { id: string, type: string | null, userId: string | null, occurredAt: number | null, receivedAt: number }) {
  return {
    event_id: event.id,
    event_type: event.type,
    event_user_id: event.userId,
    occurred_at: iso(event.occurredAt),
    elapsed_ms: performance.now() - event.receivedAt,
  }
}

function userColumns(user: ClerkUser) {
  return {
    user_id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: user.imageUrl,
    email: user.email,
    banned: user.banned,
    clerk_created_at: iso(user.createdAt),
    clerk_updated_at: iso(user.updatedAt),
    last_sign_in_at: iso(user.lastSignInAt),
  }
}
