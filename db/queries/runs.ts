import { and, desc, eq, gt, inArray, isNotNull, isNull, not, sql } from 'drizzle-orm'
import type { Position } from '#shared/schemas/paging.ts'
import type { MirrorFacts, RunDetail, RunSummary } from '#shared/types/admin.ts'
import type { DriftKind, ScanCounts, ScanProgress } from '#shared/types/sync.ts'
import { driftKinds } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { syncRuns, users, webhookEvents } from '../schema.ts'
import { aDayAgo, asInstant, countWhere } from './expressions.ts'
import { isPast, toPage } from './paging.ts'
import { SCAN_LOCK } from './scan.ts'
import { displayName, publicUserColumns } from './users.ts'

const { report } = syncRuns
const hasEnded = isNotNull(syncRuns.finishedAt)
const isReconcile = eq(syncRuns.kind, 'reconcile')
const wasRefused = sql`${report} ->> 'refused' is not null`
const isOk = and(isNull(syncRuns.error), not(wasRefused))

/** A run without the ids of its report. */
const summaryColumns = {
  id: syncRuns.id,
  kind: syncRuns.kind,
  dryRun: syncRuns.dryRun,
  startedBy: syncRuns.startedBy,
  startedByName: displayName,
  startedAt: syncRuns.startedAt,
  finishedAt: syncRuns.finishedAt,
  counts: sql<ScanCounts | null>`case when ${syncRuns.counts} is not null then jsonb_build_object(
    'seen', ${syncRuns.counts} -> 'seen', 'total', ${syncRuns.counts} -> 'total', 'written', ${syncRuns.counts} -> 'written'
  ) end`,
  progress: sql<ScanProgress | null>`case when ${syncRuns.finishedAt} is null and ${syncRuns.counts} ? 'phase' then ${syncRuns.counts} end`,
  found: sql<RunSummary['found']>`case when ${report} is not null then jsonb_build_object(
    'driftCounts', ${report} -> 'driftCounts', 'refused', ${report} -> 'refused',
    'unusable', jsonb_array_length(${report} -> 'unusable'), 'unconfirmed', jsonb_array_length(${report} -> 'unconfirmed')
  ) end`,
  error: syncRuns.error,
}

const newestFirst = [desc(syncRuns.startedAt), desc(syncRuns.id)]

const selectRuns = (db: Database) => db.select(summaryColumns).from(syncRuns).leftJoin(users, eq(users.id, syncRuns.startedBy))

/** Scans, newest first, paged by keyset. */
export async function listRuns(db: Database, { cursor, limit }: { cursor?: Position, limit: number }): Promise<{ runs: RunSummary[], next: Position | null }> {
  const found = await selectRuns(db).where(isPast('desc', syncRuns.startedAt, syncRuns.id, cursor)).orderBy(...newestFirst).limit(limit + 1)
  const { rows, next } = toPage(found, limit, run => ({ key: run.startedAt, id: run.id }))
  return { runs: rows, next }
}

/** Whether some instance holds the lock of scans. A lock whose key is one bigint has it in two halves, and "objsubid" 1. */
const isScanLockHeld = sql<boolean>`exists (
  select from pg_locks l
  where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = ${SCAN_LOCK} and l.objsubid = 1
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
)`

/** The scan that is open, if any, and whether its process is still there: it holds the lock of scans. */
export async function findOpenRun(db: Database): Promise<{ run: RunSummary, alive: boolean } | null> {
  const [row] = await db
    .select({ run: summaryColumns, alive: isScanLockHeld })
    .from(syncRuns)
    .leftJoin(users, eq(users.id, syncRuns.startedBy))
    .where(isNull(syncRuns.finishedAt))
    .orderBy(...newestFirst)
    .limit(1)
  return row ?? null
}

/** The last reconcile that ended, dry or not, and when the last one ended that repaired what it found. */
export async function findLastReconcile(db: Database): Promise<{ last: RunSummary | null, repairedAt: string | null }> {
  const [[last], [repair]] = await Promise.all([
    selectRuns(db).where(and(isReconcile, hasEnded)).orderBy(...newestFirst).limit(1),
    db.select({ at: syncRuns.finishedAt }).from(syncRuns).where(and(isReconcile, not(syncRuns.dryRun), hasEnded, isOk)).orderBy(...newestFirst).limit(1),
  ])
  return { last: last ?? null, repairedAt: repair?.at ?? null }
}

/** How many users of each list of a report are named in the answer. */
const NAMED = 100

/** One scan with its report, and the names of those it speaks of. */
export async function findRun(db: Database, id: string): Promise<RunDetail | undefined> {
  const [run] = await db.select({ ...summaryColumns, report }).from(syncRuns).leftJoin(users, eq(users.id, syncRuns.startedBy)).where(eq(syncRuns.id, id))
  if (!run) return undefined
  const lists = run.report ? [...driftKinds.map(kind => run.report?.drift[kind] ?? []), run.report.unusable, run.report.failed ?? [], run.report.unconfirmed] : []
  const ids = new Set([run.startedBy, ...lists.flatMap(list => list.slice(0, NAMED))])
  const people = await db.select(publicUserColumns).from(users).where(inArray(users.id, [...ids]))
  return { ...run, people: Object.fromEntries(people.map(user => [user.id, user])) }
}

/** Reconciles that are on record, by how they ended. */
export async function countFinishedRuns(db: Database): Promise<Record<'ok' | 'refused' | 'failed', number>> {
  const [row] = await db
    .select({ ok: countWhere(isOk), refused: countWhere(and(isNull(syncRuns.error), wasRefused)), failed: countWhere(isNotNull(syncRuns.error)) })
    .from(syncRuns)
    .where(and(isReconcile, hasEnded))
  return row ?? { ok: 0, refused: 0, failed: 0 }
}

/** How many users are named in the answer about repairs. */
const NAMED_REPAIRS = 20

/**
 * Changes of the last day that the check repaired. A repair stops counting when an event of that user arrives that is as
 * new or newer: the webhook was late, not lost.
 */
export async function findRepairs(db: Database): Promise<MirrorFacts['repairs']> {
  const repair = { id: sql<string>`x.id`, kind: sql<DriftKind>`x.kind` }
  const rows = await db
    .select({ ...repair, name: displayName, at: syncRuns.startedAt, count: sql`count(*) over ()`.mapWith(Number), lastAt: asInstant(sql<string>`max(${syncRuns.startedAt}) over ()`) })
    .from(syncRuns)
    // The builder has no rows from JSON.
    .crossJoinLateral(sql`jsonb_to_recordset(${report} -> 'repairs') as x (id text, kind text, at timestamptz)`)
    .leftJoin(users, sql`${users.id} = x.id`)
    .where(and(
      eq(syncRuns.kind, 'check'),
      gt(syncRuns.startedAt, aDayAgo),
      sql`not exists (
        select from ${webhookEvents} e
        where e.user_id = x.id and e.outcome in ('applied', 'stale') and (e.occurred_at >= x.at or (x.kind = 'gone' and e.type = 'user.deleted'))
      )`,
    ))
    .orderBy(desc(syncRuns.startedAt), sql`x.id`)
    .limit(NAMED_REPAIRS)
  return { count: rows[0]?.count ?? 0, lastAt: rows[0]?.lastAt ?? null, users: rows.map(({ id, name, kind }) => ({ id, name, kind })) }
}
