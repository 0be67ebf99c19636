import { and, eq, gte, inArray, isNotNull, isNull, lt, notInArray, sql } from 'drizzle-orm'
import type { RunError, ScanCounts, ScanKind, ScanProgress, ScanReport } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { syncRuns, users } from '../schema.ts'
import { joinedAt } from './users.ts'

/** Any number will do, as long as every instance takes the same one. */
export const SCAN_LOCK = 4_011_001

/** Our row of a user, as a scan compares it. Times are ISO 8601. */
export type MirrorUser = typeof users.$inferSelect

/** Our rows of these users, by id. */
export async function findMirrorUsers(db: Database, ids: string[]): Promise<Map<string, MirrorUser>> {
  const rows = await db.select().from(users).where(inArray(users.id, ids))
  return new Map(rows.map(row => [row.id, row]))
}

/**
 * Rows that Clerk should have listed and did not: created within [from, to), synced before the scan began.
 * @param window.from ms since 1970; null for the beginning
 * @param window.to ms since 1970; null for the end
 * @param window.beganAt ISO 8601
 */
export async function findUnlisted(db: Database, window: { from: number | null, to: number | null, beganAt: string, listed: string[] }): Promise<string[]> {
  const rows = await db.select({ id: users.id }).from(users).where(and(
    isNull(users.deletedAt),
    isNotNull(users.clerkCreatedAt),
    // `joinedAt` is when Clerk created a user, where that is known; it has an index.
    window.from === null ? undefined : gte(joinedAt, new Date(window.from).toISOString()),
    window.to === null ? undefined : lt(joinedAt, new Date(window.to).toISOString()),
    lt(users.syncedAt, window.beganAt),
    notInArray(users.id, window.listed),
  ))
  return rows.map(row => row.id)
}

/** Rows that no window can find: they do not know when Clerk made them. @param beganAt ISO 8601 */
export async function findUndated(db: Database, beganAt: string): Promise<string[]> {
  const rows = await db.select({ id: users.id }).from(users).where(and(
    isNull(users.clerkCreatedAt),
    isNull(users.deletedAt),
    lt(users.syncedAt, beganAt),
  ))
  return rows.map(row => row.id)
}

/** Rows that are not tombstones. */
export async function countLiveUsers(db: Database): Promise<number> {
  return db.$count(users, isNull(users.deletedAt))
}

/**
 * The one lock that all instances share. It belongs to a connection, so one is taken out of the pool for it; a process
 * that dies lets go of it.
 * @returns how to release it; null when another scan holds it
 */
export async function acquireScanLock(db: Database): Promise<(() => Promise<void>) | null> {
  const connection = await db.$client.reserve()
  const [lock] = await connection<{ taken: boolean }[]>`select pg_try_advisory_lock(${SCAN_LOCK}) as taken`
  if (!lock?.taken) {
    connection.release()
    return null
  }
  return async () => {
    await connection`select pg_advisory_unlock(${SCAN_LOCK})`
    connection.release()
  }
}

/** Begins a run. Whoever holds the lock is alone, so a run that is still open was cut off. */
export async function startRun(db: Database, run: { id: string, kind: ScanKind, dryRun: boolean, startedBy: string }): Promise<void> {
  await db.update(syncRuns).set({ finishedAt: sql`now()`, error: { code: 'cut-off' } }).where(isNull(syncRuns.finishedAt))
  await db.insert(syncRuns).values(run)
}

export async function updateRun(db: Database, id: string, counts: ScanProgress): Promise<void> {
  await db.update(syncRuns).set({ counts }).where(eq(syncRuns.id, id))
}

export async function finishRun(db: Database, id: string, end: { counts: ScanCounts, report: ScanReport | null, error: RunError | null }): Promise<void> {
  await db.update(syncRuns).set({ ...end, finishedAt: sql`now()` }).where(eq(syncRuns.id, id))
}
