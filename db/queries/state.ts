import { gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { CheckFacts } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { syncState } from '../schema.ts'
import { aDayAgo, asInstant } from './expressions.ts'

const now = sql`clock_timestamp()`
const secondsAgo = (seconds: number | ReturnType<typeof sql>) => sql`clock_timestamp() - make_interval(secs => ${seconds}::float8)`
/** The later of what is stored and this time, ISO 8601. */
const notBefore = (time: string | null) => sql`greatest(${syncState.seenUntil}, ${time}::timestamptz)`

/** Makes the one row of `sync_state`, if it is not there. */
export async function ensureSyncState(db: Database): Promise<void> {
  await db.insert(syncState).values({ id: 1 }).onConflictDoNothing()
}

/** The Clerk instance that this database mirrors; null until Clerk has been asked once. */
export async function findInstanceId(db: Database): Promise<string | null> {
  const [row] = await db.select({ id: syncState.instanceId }).from(syncState)
  return row?.id ?? null
}

/** Stores the instance on the first success, and never changes it. @returns the one that holds */
export async function claimInstance(db: Database, instanceId: string): Promise<string> {
  await db.update(syncState).set({ instanceId }).where(isNull(syncState.instanceId))
  return await findInstanceId(db) ?? instanceId
}

/** Postgres's own clock, ISO 8601: the one by which reads of Clerk are ordered. */
export async function databaseNow(db: Database): Promise<string> {
  const [row] = await db.select({ now: asInstant(sql<string>`clock_timestamp()`) }).from(syncState)
  if (!row) throw new Error('The row of sync_state is missing.')
  return row.now
}

const checkColumns = {
  /** Every change that Clerk made until then is here, by Clerk's clock; null before the first full comparison. */
  seenUntil: syncState.seenUntil,
  beganAt: syncState.checkBeganAt,
  checkedAt: syncState.checkedAt,
  comparedAt: syncState.comparedAt,
  check: syncState.check,
}

/** What the checks know. Times are ISO 8601. */
export type CheckState = Awaited<ReturnType<typeof findCheckState>>

export async function findCheckState(db: Database) {
  const [row] = await db.select(checkColumns).from(syncState)
  if (!row) throw new Error('The row of sync_state is missing.')
  return row
}

/** After a check that left changes to their webhooks, the next one may begin after this time. */
const SOON_SECONDS = 10

/**
 * Notes that a check begins, unless one began less than `everySeconds` ago, or 10 s ago where the last one left changes
 * to their webhooks.
 * @returns what the checks knew before; null when it is too soon
 */
export async function beginCheck(db: Database, everySeconds: number): Promise<CheckState | null> {
  const pause = sql`case when jsonb_array_length(${syncState.check} -> 'left') > 0 then least(${SOON_SECONDS}, ${everySeconds}::float8) else ${everySeconds}::float8 end`
  const [row] = await db.update(syncState).set({ checkBeganAt: now })
    .where(or(isNull(syncState.checkBeganAt), sql`${syncState.checkBeganAt} <= ${secondsAgo(pause)}`))
    .returning(checkColumns)
  return row ?? null
}

/** Notes what a check found. @param end.seenUntil moves forward only */
export async function finishCheck(db: Database, { seenUntil, check }: { seenUntil: string | null, check: CheckFacts }): Promise<void> {
  await db.update(syncState).set({ checkedAt: now, seenUntil: notBefore(seenUntil), check })
}

/** Notes that a check did not finish. */
export async function failCheck(db: Database, check: CheckFacts): Promise<void> {
  await db.update(syncState).set({ check })
}

/** Notes that the whole copy was compared: by our clock, until when by Clerk's, and whom the table cannot hold. */
export async function finishComparison(db: Database, { comparedAt, seenUntil, unstorable }: { comparedAt: string, seenUntil: string, unstorable: string[] }): Promise<void> {
  const known = JSON.stringify({ unstorable, needs: null, differed: 0, differsSince: null } satisfies Partial<CheckFacts>)
  await db.update(syncState).set({ comparedAt, seenUntil: notBefore(seenUntil), check: sql`${syncState.check} || ${known}::text::jsonb` })
}

/** Notes that a request came with X-Forwarded-For while no proxy was trusted. */
export async function noteForwarded(db: Database): Promise<void> {
  await db.update(syncState).set({ forwardedAt: now })
}

/** When that was last noted, if within a day, ISO 8601; null when not. */
export async function findForwardedAt(db: Database): Promise<string | null> {
  const [row] = await db.select({ at: syncState.forwardedAt }).from(syncState).where(gt(syncState.forwardedAt, aDayAgo))
  return row?.at ?? null
}

/** Whether a check may ask for a full scan now: once an hour for all instances. */
export async function claimScan(db: Database): Promise<boolean> {
  const rows = await db.update(syncState).set({ scanAskedAt: now })
    .where(or(isNull(syncState.scanAskedAt), lt(syncState.scanAskedAt, secondsAgo(3_600))))
    .returning({ id: syncState.id })
  return rows.length > 0
}

/** Lets a check ask for a full scan again in 5 minutes: the one that it asked for failed. */
export async function releaseScan(db: Database): Promise<void> {
  await db.update(syncState).set({ scanAskedAt: secondsAgo(3_300) })
}
