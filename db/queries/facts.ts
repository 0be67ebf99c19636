import { and, count, desc, eq, gt, inArray, isNotNull, max, min, sql } from 'drizzle-orm'
import type { AdminEvent } from '#shared/types/admin.ts'
import type { UserStatus } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { isUnerased, posts, syncState, users, webhookEvents } from '../schema.ts'
import { aDayAgo, asInstant } from './expressions.ts'
import { isPending } from './users.ts'

export interface StoredFacts {
  /** Postgres's clock. Times are ISO 8601. */
  now: string
  lastEventAt: string | null
  lastVerifiedAt: string | null
  pending: { count: number, since: string | null }
  failed: { count: number, lastAt: string | null }
  rejected: { count: number, lastAt: string | null, last: Pick<AdminEvent, 'type' | 'reason' | 'details'> | null }
  /** Since when the oldest of what is kept for `RETENTION_DAYS` only is kept: a tombstone, a deleted post, an event; null when there is none. */
  keptSince: string | null
}

const nothing = { count: 0, lastAt: null }

/** What the database alone can say of the mirror. Each part reads an index, and of that only the last day. */
export async function findStoredFacts(db: Database): Promise<StoredFacts> {
  const [[state], [pending], unapplied, [lastRejected]] = await Promise.all([
    db.select({
      now: asInstant(sql<string>`now()`),
      lastEventAt: syncState.lastEventAt,
      lastVerifiedAt: asInstant(sql<string | null>`greatest(${syncState.lastEventAt}, ${lastReceivedAt(db)})`),
      keptSince: asInstant(sql<string | null>`least(
        ${db.select({ at: min(users.deletedAt) }).from(users).where(isUnerased(users))},
        ${db.select({ at: min(posts.deletedAt) }).from(posts).where(and(isNotNull(posts.deletedAt), isNotNull(posts.body)))},
        ${db.select({ at: min(webhookEvents.lastReceivedAt) }).from(webhookEvents)})`),
    }).from(syncState),
    db.select({ count: count(), since: min(users.syncedAt) }).from(users).where(isPending),
    db.select({ outcome: webhookEvents.outcome, count: count(), lastAt: max(webhookEvents.lastReceivedAt) })
      .from(webhookEvents)
      .where(and(inArray(webhookEvents.outcome, ['failed', 'rejected']), gt(webhookEvents.lastReceivedAt, aDayAgo)))
      .groupBy(webhookEvents.outcome),
    db.select({ type: webhookEvents.type, reason: webhookEvents.reason, details: webhookEvents.details })
      .from(webhookEvents)
      .where(and(eq(webhookEvents.outcome, 'rejected'), gt(webhookEvents.lastReceivedAt, aDayAgo)))
      .orderBy(desc(webhookEvents.lastReceivedAt), desc(webhookEvents.id))
      .limit(1),
  ])
  if (!state || !pending) throw new Error('The row of sync_state is missing.')
  const { failed = nothing, rejected = nothing } = Object.fromEntries(unapplied.map(({ outcome, ...rest }) => [outcome, rest]))
  return { ...state, pending, failed, rejected: { ...rejected, last: lastRejected ?? null } }
}

/** When a delivery with a right signature last came, as a subquery. */
export const lastReceivedAt = (db: Database) => db.select({ at: max(webhookEvents.lastReceivedAt) }).from(webhookEvents)

/** All rows by status, as of one moment. Each count reads an index; those who are here are the rest. */
export async function countUsers(db: Database): Promise<Record<UserStatus, number>> {
  // From the table of one row, because the builder selects from a table.
  const [row] = await db
    .select({ all: db.$count(users), pending: db.$count(users, isPending), gone: db.$count(users, isNotNull(users.deletedAt)) })
    .from(syncState)
  if (!row) throw new Error('The row of sync_state is missing.')
  return { here: row.all - row.pending - row.gone, pending: row.pending, gone: row.gone }
}
