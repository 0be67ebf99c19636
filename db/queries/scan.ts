import { and, eq, getTableColumns, gt, gte, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { RunError, ScanCounts, ScanKind, ScanProgress, ScanReport } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { closeDatabase } from '../client.ts'
import { syncRuns, users } from '../schema.ts'
import { asInstant } from './expressions.ts'
import { joinedAt } from './users.ts'

/** Any number will do, as long as every instance takes the same one. */
export const SCAN_LOCK = 4_011_001
export const CHECK_LOCK = 4_011_002

/** All columns but `search`, which is derived from the others, and those that say how far our own jobs are. */
const { search, postsHidden, usernameHash, erasedAt, ...mirrorColumns } = getTableColumns(users)

/** Our row of a user, as a scan compares it. Times are ISO 8601. */
export type MirrorUser = Pick<typeof users.$inferSelect, keyof typeof mirrorColumns>

/** Our rows of these users, by id. */
export async function findMirrorUsers(db: Database, ids: string[]): Promise<Map<string, MirrorUser>> {
  const rows = await db.select(mirrorColumns).from(users).where(inArray(users.id, ids))
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
    // One parameter, however many they are: a bulk import may fill one millisecond with more than 65,534 users.
    sql`${users.id} <> all(${sql.param(window.listed)}::text[])`,
  ))
  return rows.map(row => row.id)
}

/** Rows without Clerk's time of creation, which no range of creation time can find. @param beganAt ISO 8601 */
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

/** Rows that Clerk created between two times, both excluded, ms since 1970. */
const createdBetween = ({ after, before }: { after: number, before: number }) => and(
  isNull(users.deletedAt),
  isNotNull(users.clerkCreatedAt),
  gt(joinedAt, new Date(after).toISOString()),
  lt(joinedAt, new Date(before).toISOString()),
)

/** Our rows that Clerk created between two times, both excluded, ms since 1970. */
export async function countCreated(db: Database, range: { after: number, before: number }): Promise<number> {
  return db.$count(users, createdBetween(range))
}

/** The middle one of these rows by when Clerk created them, ISO 8601; null for none. */
export async function findMedianCreated(db: Database, range: { after: number, before: number }): Promise<string | null> {
  const [row] = await db
    .select({ at: asInstant(sql<string | null>`percentile_disc(0.5) within group (order by ${users.clerkCreatedAt})`) })
    .from(users)
    .where(createdBetween(range))
  return row?.at ?? null
}

/** A session that says nothing is closed, so the session of a lock says something this often, ms. */
const LOCK_BEAT_MS = 4_000

/**
 * A lock that all instances share. It belongs to a session, so it has a connection of its own; a process that dies lets
 * go of it, and one that is cut off as soon as Postgres notices (db/settings.ts). When the connection is lost, the lock
 * is taken again, unless another instance was quicker: two scans at a time are slow, and not wrong.
 * @param key `SCAN_LOCK` or `CHECK_LOCK`
 * @returns how to release it, which takes a second at most; null when someone else holds it
 */
export async function acquireLock(db: Database, key: number): Promise<(() => Promise<void>) | null> {
  const session = db.openSession()
  // Within one session it may be taken many times; it goes with the session.
  const take = async () => (await session.$client<{ taken: boolean }[]>`select pg_try_advisory_lock(${key}) as taken`)[0]?.taken
  let taken: boolean | undefined
  try {
    taken = await take()
  }
  finally {
    if (!taken) await closeDatabase(session, 1)
  }
  if (!taken) return null
  const beat = setInterval(() => void take().catch(() => {}), LOCK_BEAT_MS).unref()
  return () => {
    clearInterval(beat)
    return closeDatabase(session, 1)
  }
}

/** Whether a run of this kind was started by the same within so many ms. */
export async function hasRunSince(db: Database, run: { kind: ScanKind, startedBy: string }, ms: number): Promise<boolean> {
  const rows = await db.select({ id: syncRuns.id }).from(syncRuns).where(and(
    eq(syncRuns.kind, run.kind),
    eq(syncRuns.startedBy, run.startedBy),
    gt(syncRuns.startedAt, sql`now() - make_interval(secs => ${ms / 1000})`),
  )).limit(1)
  return rows.length > 0
}

/** Records a run that has already ended. */
export async function recordRun(db: Database, run: { id: string, kind: ScanKind, startedBy: string, startedAt: string, counts: ScanCounts, report: ScanReport }): Promise<void> {
  await db.insert(syncRuns).values({ ...run, finishedAt: sql`now()` })
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
