import { and, asc, desc, gt, gte, lt, sql } from 'drizzle-orm'
import type { RefusalsQuery } from '#shared/schemas/admin.ts'
import type { Refusals, RefusedHour } from '#shared/types/admin.ts'
import type { RefusalReason } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { refusals, syncState } from '../schema.ts'
import { aDayAgo, asInstant } from './expressions.ts'
import { lastReceivedAt } from './facts.ts'

/** Deliveries of one reason that an instance refused since it last said so. Times are ISO 8601. */
export interface RefusalBatch { reason: RefusalReason, count: number, firstAt: string, lastAt: string }

/**
 * Adds to the counts of the hour, in one statement. The streak begins anew where a delivery was verified since the last refusal.
 * @param batches one for each reason
 */
export async function addRefusals(db: Database, batches: RefusalBatch[]): Promise<void> {
  const isOver = sql`${refusals.lastAt} < ${lastReceivedAt(db)}`
  // Every instance writes in the same order, so that two cannot deadlock.
  const sorted = batches.toSorted((a, b) => a.reason < b.reason ? -1 : 1)
  await db.insert(refusals)
    .values(sorted.map(batch => ({
      ...batch,
      hour: sql`date_trunc('hour', ${batch.lastAt}::timestamptz, 'UTC')`,
      streak: batch.count,
      streakAt: batch.firstAt,
    })))
    .onConflictDoUpdate({
      target: [refusals.hour, refusals.reason],
      set: {
        count: sql`${refusals.count} + excluded.count`,
        firstAt: sql`least(${refusals.firstAt}, excluded.first_at)`,
        lastAt: sql`greatest(${refusals.lastAt}, excluded.last_at)`,
        streak: sql`excluded.streak + case when ${isOver} then 0 else ${refusals.streak} end`,
        streakAt: sql`case when ${isOver} then excluded.streak_at else least(${refusals.streakAt}, excluded.streak_at) end`,
      },
    })
}

/** What was refused in the last 24 hours, and since the last delivery that was verified, by reason. */
export async function findRefusals(db: Database): Promise<Refusals[]> {
  const verified = db.$with('verified').as(
    db.select({ at: sql<string>`coalesce(greatest(${syncState.lastEventAt}, ${lastReceivedAt(db)}), '-infinity')`.as('at') }).from(syncState),
  )
  const sinceVerified = gt(refusals.lastAt, verified.at)
  return db.with(verified)
    .select({
      reason: refusals.reason,
      day: sql`coalesce(sum(${refusals.count}) filter (where ${gt(refusals.lastAt, aDayAgo)}), 0)`.mapWith(Number),
      streak: sql`coalesce(sum(${refusals.streak}) filter (where ${sinceVerified}), 0)`.mapWith(Number),
      since: asInstant(sql<string | null>`min(${refusals.streakAt}) filter (where ${sinceVerified})`),
      lastAt: asInstant(sql<string>`max(${refusals.lastAt})`),
    })
    .from(refusals)
    .crossJoin(verified)
    .where(gt(refusals.lastAt, sql`least(${verified.at}, ${aDayAgo})`))
    .groupBy(refusals.reason)
    .orderBy(refusals.reason)
}

/** What was refused by hour and reason, newest first. @param query.since of the last week when it is left out */
export async function listRefusals(db: Database, { since, until }: RefusalsQuery): Promise<RefusedHour[]> {
  return db
    .select({ hour: refusals.hour, reason: refusals.reason, count: refusals.count, lastAt: refusals.lastAt })
    .from(refusals)
    .where(and(
      since === undefined ? gt(refusals.lastAt, sql`now() - interval '7 days'`) : gte(refusals.lastAt, since),
      until === undefined ? undefined : lt(refusals.lastAt, until),
    ))
    .orderBy(desc(refusals.lastAt), asc(refusals.reason))
}
