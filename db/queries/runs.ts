import { eq, inArray } from 'drizzle-orm'
import type { Position } from '#shared/schemas/paging.ts'
import type { RunDetail, RunSummary } from '#shared/types/admin.ts'
import type { RunError, ScanCounts, ScanKind, ScanProgress, ScanReport } from '#shared/types/sync.ts'
import { driftKinds } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { syncRuns, users } from '../schema.ts'
import { personColumns, toPublicUser } from './people.ts'
import { SCAN_LOCK } from './scan.ts'

interface RunRow {
  id: string
  kind: ScanKind
  dry_run: boolean
  started_by: string
  started_by_name: string | null
  started_at: string
  finished_at: string | null
  counts: ScanCounts | ScanProgress | null
  drift: ScanReport['driftCounts'] | null
  refused: ScanReport['refused']
  unusable: number | null
  unconfirmed: number | null
  error: RunError | null
}

const time = (text: string) => new Date(text).toISOString()

function toSummary(row: RunRow): RunSummary {
  const { id, kind, counts, error } = row
  return {
    id,
    kind,
    dryRun: row.dry_run,
    startedBy: row.started_by,
    startedByName: row.started_by_name,
    startedAt: time(row.started_at),
    finishedAt: row.finished_at && time(row.finished_at),
    counts: counts && { seen: counts.seen, total: counts.total, written: counts.written },
    progress: row.finished_at === null && counts && 'phase' in counts ? counts : null,
    found: row.drift && { driftCounts: row.drift, refused: row.refused, unusable: row.unusable ?? 0, unconfirmed: row.unconfirmed ?? 0 },
    error,
  }
}

const columns = (sql: Database['$client']) => sql`
  r.id, r.kind, r.dry_run, r.started_by, u.name as started_by_name, r.started_at, r.finished_at, r.counts, r.error,
  r.report -> 'driftCounts' as drift, r.report -> 'refused' as refused,
  jsonb_array_length(r.report -> 'unusable') as unusable, jsonb_array_length(r.report -> 'unconfirmed') as unconfirmed
  from sync_runs r left join users u on u.id = r.started_by
`

/** Scans, newest first, paged by keyset. */
export async function listRuns(db: Database, { cursor, limit }: { cursor?: Position, limit: number }): Promise<{ runs: RunSummary[], next: Position | null }> {
  const sql = db.$client
  const rows = await sql<RunRow[]>`
    select ${columns(sql)}
    ${cursor ? sql`where (r.started_at, r.id) < (${cursor.key}::timestamptz, ${cursor.id}::uuid)` : sql``}
    order by r.started_at desc, r.id desc limit ${limit + 1}
  `
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { runs: rows.slice(0, limit).map(toSummary), next: last ? { key: time(last.started_at), id: last.id } : null }
}

/** One scan, without the ids of its report. */
export async function findRunSummary(db: Database, id: string): Promise<RunSummary | undefined> {
  const sql = db.$client
  const [row] = await sql<RunRow[]>`select ${columns(sql)} where r.id = ${id}`
  return row && toSummary(row)
}

/** The scan that is open, if any, and whether its process still holds the lock of scans. */
export async function findOpenRun(db: Database): Promise<{ run: RunSummary, alive: boolean } | null> {
  const sql = db.$client
  const [row] = await sql<(RunRow & { alive: boolean })[]>`
    select exists (
      select from pg_locks l
      where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = ${SCAN_LOCK} and l.objsubid = 1
        and l.database = (select d.oid from pg_database d where d.datname = current_database())
    ) as alive, ${columns(sql)}
    where r.finished_at is null order by r.started_at desc limit 1
  `
  return row ? { run: toSummary(row), alive: row.alive } : null
}

/** The last reconcile that ended, dry or not, and when the last one ended that repaired what it found. */
export async function findLastReconcile(db: Database): Promise<{ last: RunSummary | null, repairedAt: string | null }> {
  const sql = db.$client
  const [[last], [repair]] = await Promise.all([
    sql<RunRow[]>`select ${columns(sql)} where r.kind = 'reconcile' and r.finished_at is not null order by r.started_at desc, r.id desc limit 1`,
    sql<{ at: string }[]>`
      select r.finished_at as at from sync_runs r
      where r.kind = 'reconcile' and not r.dry_run and r.finished_at is not null and r.error is null and r.report ->> 'refused' is null
      order by r.started_at desc, r.id desc limit 1
    `,
  ])
  return { last: last ? toSummary(last) : null, repairedAt: repair ? time(repair.at) : null }
}

/** People whom the answer about a run names, of each list of its report. */
const NAMED = 100

/** One scan with its report, and the names of those it speaks of. */
export async function findRun(db: Database, id: string): Promise<RunDetail | undefined> {
  const [row] = await db.select({ report: syncRuns.report }).from(syncRuns).where(eq(syncRuns.id, id))
  const summary = row && await findRunSummary(db, id)
  if (!summary) return undefined
  const lists = row.report ? [...driftKinds.map(kind => row.report?.drift[kind] ?? []), row.report.unusable, row.report.unconfirmed] : []
  const ids = new Set([summary.startedBy, ...lists.flatMap(list => list.slice(0, NAMED))])
  const people = await db.select(personColumns).from(users).where(inArray(users.id, [...ids]))
  return { ...summary, report: row.report, people: Object.fromEntries(people.map(person => [person.id, toPublicUser(person)])) }
}

/** Reconciles that are on record, by how they ended. */
export async function countFinishedRuns(db: Database): Promise<Record<'ok' | 'refused' | 'failed', number>> {
  const [row] = await db.$client<Record<'ok' | 'refused' | 'failed', number>[]>`
    select
      count(*) filter (where error is null and report ->> 'refused' is null)::int as ok,
      count(*) filter (where error is null and report ->> 'refused' is not null)::int as refused,
      count(*) filter (where error is not null)::int as failed
    from sync_runs where kind = 'reconcile' and finished_at is not null
  `
  return row ?? { ok: 0, refused: 0, failed: 0 }
}
