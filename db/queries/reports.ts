import { and, count, desc, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { NewReport } from '#shared/schemas/moderation.ts'
import type { Position } from '#shared/schemas/paging.ts'
import { CASE_ROWS } from '#shared/types/moderation.ts'
import type { CaseState, Decision, Report, ReportCase } from '#shared/types/moderation.ts'
import { COUNTED_AT_MOST } from '#shared/types/post.ts'
import type { Database } from '../client.ts'
import { posts, reportCases, reportDecisions, reports, toIso, users } from '../schema.ts'
import { isPast, toPage } from './paging.ts'
import { isVisible, lockAuthor, publicUserColumns, publicUserJson } from './users.ts'

/**
 * Writes a report, and opens its case, which may have been decided before. Who reports the same again changes what they said.
 * @returns false when the reporter is not here, deleted or banned, when the target is not shown to anyone, and for one's own
 */
export async function insertReport(db: Database, reporterId: string, { postId, userId, reason, note }: NewReport): Promise<boolean> {
  const author = lockAuthor(db, reporterId)
  const opens = { reportedAt: sql`now()`.as('reported_at'), decidedAt: sql`null::timestamptz`.as('decided_at') }
  const id = sql`${uuidv7()}::uuid`.as('id')
  const isOthers = ne(users.id, author.id)
  const target = postId
    ? db.select({ id, userId: users.id, postId: posts.id, ...opens }).from(posts).innerJoin(users, eq(users.id, posts.authorId)).crossJoin(author)
        .where(and(eq(posts.id, postId), isNull(posts.deletedAt), isNull(posts.hiddenAt), isVisible, isOthers))
    : db.select({ id, userId: users.id, postId: sql`null::uuid`.as('post_id'), ...opens }).from(users).crossJoin(author)
        .where(and(eq(users.id, userId ?? ''), isNull(users.deletedAt), isOthers))
  const opened = db.$with('opened').as(db.insert(reportCases).select(target)
    .onConflictDoUpdate({
      target: postId ? reportCases.postId : reportCases.userId,
      targetWhere: postId ? sql`post_id is not null` : sql`post_id is null`,
      set: { reportedAt: sql`now()`, decidedAt: null },
    })
    .returning({ id: reportCases.id }))
  const rows = await db.with(author, opened)
    .insert(reports)
    .select(db.select({
      caseId: opened.id,
      reporterId: author.id,
      reason: sql`${reason}`.as('reason'),
      note: sql`${note}`.as('note'),
      createdAt: sql`now()`.as('created_at'),
    }).from(opened).crossJoin(author))
    .onConflictDoUpdate({ target: [reports.caseId, reports.reporterId], set: { reason, note, createdAt: sql`now()` } })
    .returning({ caseId: reports.caseId })
  return rows.length > 0
}

/** The latest reports of a case, as JSON. In the subquery `users` is who reported. */
function latestReports(db: Database) {
  const latest = db.select({ row: sql`json_build_object('reporter', ${publicUserJson}, 'reason', ${reports.reason}, 'note', ${reports.note}, 'at', ${reports.createdAt})`.as('row') })
    .from(reports).innerJoin(users, eq(users.id, reports.reporterId)).where(eq(reports.caseId, reportCases.id))
    .orderBy(desc(reports.createdAt), desc(reports.reporterId)).limit(CASE_ROWS).as('latest_reports')
  return sql<Report[]>`${db.select({ rows: sql`coalesce(json_agg(${latest.row}), '[]')` }).from(latest)}`
}

/** The latest decisions about a case, as JSON. In the subquery `users` is who decided. */
function latestDecisions(db: Database) {
  const { decidedBy, action, note, createdAt } = reportDecisions
  const latest = db.select({ row: sql`json_build_object('by', ${decidedBy}, 'byName', ${users.name}, 'action', ${action}, 'note', ${note}, 'at', ${createdAt})`.as('row') })
    .from(reportDecisions).leftJoin(users, eq(users.id, decidedBy)).where(eq(reportDecisions.caseId, reportCases.id))
    .orderBy(desc(createdAt), desc(reportDecisions.id)).limit(CASE_ROWS).as('latest_decisions')
  return sql<Decision[]>`${db.select({ rows: sql`coalesce(json_agg(${latest.row}), '[]')` }).from(latest)}`
}

/** How many gave each reason, of `COUNTED_AT_MOST` at most. */
function reasonCounts(db: Database) {
  const some = db.select({ reason: reports.reason }).from(reports).where(eq(reports.caseId, reportCases.id)).limit(COUNTED_AT_MOST).as('some')
  const counted = db.select({ reason: some.reason, n: count().as('n') }).from(some).groupBy(some.reason).as('counted')
  return sql<ReportCase['reasons']>`${db.select({ counts: sql`coalesce(json_object_agg(${counted.reason}, ${counted.n}), '{}')` }).from(counted)}`
}

const caseColumns = (db: Database) => ({
  id: reportCases.id,
  user: publicUserColumns,
  post: { id: posts.id, body: posts.body, createdAt: posts.createdAt, deleted: sql<boolean>`${posts.deletedAt} is not null`, hidden: sql<boolean>`${posts.hiddenAt} is not null` },
  reportedAt: reportCases.reportedAt,
  decidedAt: reportCases.decidedAt,
  reasons: reasonCounts(db),
  reports: latestReports(db),
  decisions: latestDecisions(db),
})

/** What was reported, the latest first, in one query. @param page.after the last row of the page before */
export async function listCases(db: Database, { state, after, limit }: { state: CaseState, after?: Position | undefined, limit: number }): Promise<{ cases: ReportCase[], next: Position | null }> {
  const at = state === 'open' ? reportCases.reportedAt : reportCases.decidedAt
  const found = await db.select(caseColumns(db)).from(reportCases)
    .innerJoin(users, eq(users.id, reportCases.userId)).leftJoin(posts, eq(posts.id, reportCases.postId))
    .where(and(state === 'open' ? isNull(reportCases.decidedAt) : isNotNull(reportCases.decidedAt), isPast('desc', at, reportCases.id, after)))
    .orderBy(desc(at), desc(reportCases.id)).limit(limit + 1)
  const { rows, next } = toPage(found, limit, ({ id, reportedAt, decidedAt }) => ({ key: decidedAt ?? reportedAt, id }))
  return { cases: rows.map(toCase), next }
}

export async function findCase(db: Database, id: string): Promise<ReportCase | undefined> {
  const [row] = await db.select(caseColumns(db)).from(reportCases)
    .innerJoin(users, eq(users.id, reportCases.userId)).leftJoin(posts, eq(posts.id, reportCases.postId))
    .where(eq(reportCases.id, id))
  return row && toCase(row)
}

/** Times within JSON come as Postgres writes them there. */
const toCase = (row: ReportCase): ReportCase => ({
  ...row,
  reports: row.reports.map(one => ({ ...one, at: toIso(one.at) })),
  decisions: row.decisions.map(one => ({ ...one, at: toIso(one.at) })),
})
