import { and, asc, eq, gt, gte, inArray, isNotNull, lt, max, notExists, sql } from 'drizzle-orm'
import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { eventHours, isUnerased, likes, mentions, notificationMarks, notifications, posts, profiles, refusals, reportCases, reportDecisions, reports, restrictions, users, webhookEvents } from '../schema.ts'
import { notifyOfChange, notifyOfPost } from './channel.ts'
import { asInstant } from './expressions.ts'

/** Each statement erases up to `ERASE_BATCH` rows, found by an index, and leaves locked ones. Days are counted by Postgres's clock. */
export const ERASE_BATCH = 1_000

const skipLocked = { skipLocked: true } as const
const daysAgo = (days: number) => sql`now() - make_interval(days => ${days})`

/** Users of one page, all of whom are erased step by step. */
const PEOPLE = 100

export interface ExpiredUser {
  id: string
  /** ISO 8601 */
  deletedAt: string
  /** Of the user name; null when there was none. */
  usernameHash: string | null
}

/** Tombstones older than this of which something may still be kept, the oldest first. @param after the last one of the page before */
export async function findExpiredUsers(db: Database, days: number, after?: ExpiredUser): Promise<ExpiredUser[]> {
  return db.select({ id: users.id, deletedAt: sql<string>`${users.deletedAt}`.mapWith(users.deletedAt), usernameHash: users.usernameHash }).from(users)
    .where(and(isUnerased(users), lt(users.deletedAt, daysAgo(days)), after && sql`(${users.deletedAt}, ${users.id}) > (${after.deletedAt}, ${after.id})`))
    .orderBy(asc(users.deletedAt), asc(users.id)).limit(PEOPLE)
}

/** Notes that these users are erased, those of whom nothing is left, and forgets the hashes of their names. */
export async function markErased(db: Database, ids: string[]): Promise<void> {
  await db.update(users).set({ erasedAt: sql`now()`, usernameHash: null }).where(and(
    inArray(users.id, ids),
    isUnerased(users),
    notExists(db.select().from(posts).where(and(eq(posts.authorId, users.id), isNotNull(posts.body)))),
    notExists(db.select().from(likes).where(eq(likes.userId, users.id))),
    notExists(db.select().from(mentions).where(eq(mentions.userId, users.id))),
    notExists(db.select().from(profiles).where(eq(profiles.userId, users.id))),
    notExists(db.select().from(restrictions).where(eq(restrictions.userId, users.id))),
    notExists(db.select().from(restrictions).where(eq(restrictions.otherId, users.id))),
    notExists(db.select().from(reports).where(and(eq(reports.reporterId, users.id), isNotNull(reports.note)))),
    notExists(db.select().from(reports).innerJoin(reportCases, eq(reportCases.id, reports.caseId)).where(and(eq(reportCases.userId, users.id), isNotNull(reports.note)))),
    notExists(db.select().from(reportDecisions).innerJoin(reportCases, eq(reportCases.id, reportDecisions.caseId)).where(and(eq(reportCases.userId, users.id), isNotNull(reportDecisions.note)))),
    notExists(db.select().from(notifications).where(eq(notifications.userId, users.id))),
    notExists(db.select().from(notifications).where(eq(notifications.likerId, users.id))),
  ))
}

/** The words of posts, whom they mention, and who was notified of them; the posts stay, so that replies keep their place. */
async function eraseWords(db: Database, isExpired: SQL | undefined): Promise<{ posts: number, mentions: number, notifications: number }> {
  const expired = db.select({ id: posts.id }).from(posts).where(and(isNotNull(posts.body), isExpired)).limit(ERASE_BATCH).for('update', skipLocked)
  const erased = db.$with('erased').as(db
    .update(posts)
    .set({ body: null, deletedAt: sql`coalesce(${posts.deletedAt}, now())` })
    .where(inArray(posts.id, expired))
    .returning({ id: posts.id }))
  const removed = db.$with('removed').as(db
    .delete(mentions)
    .where(inArray(mentions.postId, db.select({ id: erased.id }).from(erased)))
    .returning({ postId: mentions.postId }))
  const untold = db.$with('untold').as(db
    .delete(notifications)
    .where(inArray(notifications.postId, db.select({ id: erased.id }).from(erased)))
    .returning({ postId: notifications.postId }))
  const [row] = await db.with(erased, removed, untold).select({ posts: db.$count(erased), mentions: db.$count(removed), notifications: db.$count(untold) }).from(sql`(values (1)) as one`)
  return row ?? { posts: 0, mentions: 0, notifications: 0 }
}

export const eraseDeletedPosts = (db: Database, days: number) => eraseWords(db, lt(posts.deletedAt, daysAgo(days)))
export const erasePostsOf = (db: Database, userIds: string[]) => eraseWords(db, inArray(posts.authorId, userIds))

export async function eraseLikesOf(db: Database, userIds: string[]): Promise<number> {
  const expired = db.select({ postId: likes.postId, userId: likes.userId }).from(likes).where(inArray(likes.userId, userIds)).limit(ERASE_BATCH).for('update', skipLocked)
  return (await db.delete(likes).where(sql`(${likes.postId}, ${likes.userId}) in ${expired}`).returning({ notified: notifyOfChange() })).length
}

export async function eraseMentionsOf(db: Database, userIds: string[]): Promise<number> {
  const expired = db.select({ postId: mentions.postId, userId: mentions.userId }).from(mentions).where(inArray(mentions.userId, userIds)).limit(ERASE_BATCH).for('update', skipLocked)
  return (await db.delete(mentions).where(sql`(${mentions.postId}, ${mentions.userId}) in ${expired}`).returning({ notified: notifyOfChange() })).length
}

/** Their mutes and blocks, and those of others that are about them. */
export async function eraseRestrictionsOf(db: Database, userIds: string[]): Promise<number> {
  const { userId, otherId } = restrictions
  const erase = async (column: typeof userId | typeof otherId) => {
    const expired = db.select({ userId, otherId }).from(restrictions).where(inArray(column, userIds)).limit(ERASE_BATCH).for('update', skipLocked)
    return (await db.delete(restrictions).where(sql`(${userId}, ${otherId}) in ${expired}`)).count
  }
  return await erase(userId) + await erase(otherId)
}

/** The notes of reports that they wrote, and of reports and decisions that are about them or their posts. */
export async function eraseNotesOf(db: Database, userIds: string[]): Promise<number> {
  const { caseId, reporterId } = reports
  const eraseReports = async (isExpired: SQL | undefined) => {
    const expired = db.select({ caseId, reporterId }).from(reports).where(and(isNotNull(reports.note), isExpired)).limit(ERASE_BATCH).for('update', skipLocked)
    return (await db.update(reports).set({ note: null }).where(sql`(${caseId}, ${reporterId}) in ${expired}`)).count
  }
  const about = db.select({ id: reportCases.id }).from(reportCases).where(inArray(reportCases.userId, userIds))
  const decided = db.select({ id: reportDecisions.id }).from(reportDecisions)
    .where(and(isNotNull(reportDecisions.note), inArray(reportDecisions.caseId, about))).limit(ERASE_BATCH).for('update', skipLocked)
  const written = await eraseReports(inArray(reporterId, userIds))
  const said = await eraseReports(inArray(caseId, about))
  return written + said + (await db.update(reportDecisions).set({ note: null }).where(inArray(reportDecisions.id, decided))).count
}

export async function eraseProfilesOf(db: Database, userIds: string[]): Promise<number> {
  return (await db.delete(profiles).where(inArray(profiles.userId, userIds))).count
}

/** For how long notifications are kept, days. */
const NOTIFICATION_DAYS = 90

const isNotification = (rows: SQLWrapper) => sql`(${notifications.postId}, ${notifications.userId}) in ${rows}`
const notificationKeys = (db: Database) => db.select({ postId: notifications.postId, userId: notifications.userId }).from(notifications)

export async function eraseOldNotifications(db: Database): Promise<number> {
  const expired = notificationKeys(db).where(lt(notifications.at, daysAgo(NOTIFICATION_DAYS))).orderBy(asc(notifications.at)).limit(ERASE_BATCH).for('update', skipLocked)
  return (await db.delete(notifications).where(isNotification(expired))).count
}

/** What these people were notified of and had seen, and that their likes were what others were notified of last. */
export async function eraseNotificationsOf(db: Database, userIds: string[]): Promise<number> {
  await db.delete(notificationMarks).where(inArray(notificationMarks.userId, userIds))
  const theirs = notificationKeys(db).where(inArray(notifications.userId, userIds)).limit(ERASE_BATCH).for('update', skipLocked)
  const byThem = notificationKeys(db).where(inArray(notifications.likerId, userIds)).limit(ERASE_BATCH).for('update', skipLocked)
  const { count: forgotten } = await db.update(notifications).set({ likerId: null }).where(isNotification(byThem))
  const { count: erased } = await db.delete(notifications).where(isNotification(theirs))
  return forgotten + erased
}

/** Texts that have a user name behind an `@`, or may have it, by id. @param after the last id of the page before */
export async function findTextsNaming(db: Database, usernameHash: string, after?: string): Promise<{ id: string, body: string }[]> {
  return db.select({ id: posts.id, body: sql<string>`${posts.body}` }).from(posts)
    .where(and(sql`${posts.body} like '%@%'`, sql`name_hashes(${posts.body}) @> array[${usernameHash}::text]`, after ? gt(posts.id, after) : undefined))
    .orderBy(asc(posts.id)).limit(ERASE_BATCH)
}

/** Puts another text in the place of one, and tells the pages; not when it was erased meanwhile. */
export async function rewriteText(db: Database, id: string, before: string, after: string): Promise<void> {
  const rewritten = db.$with('rewritten').as(db.update(posts).set({ body: after }).where(and(eq(posts.id, id), eq(posts.body, before))).returning({ id: posts.id }))
  await db.with(rewritten).select({ notified: notifyOfPost(rewritten.id) }).from(rewritten)
}

/** Events that the log keeps at most, and those of an hour: some 60 GB. At 1,000 a second it reaches back a day. */
export const EVENTS_AT_MOST = 100_000_000

/** Events received before this moment are erased, ISO 8601: after so many days, and sooner when more have come since than the log keeps. */
export async function findLogEnd(db: Database, days: number): Promise<string> {
  const { hour, applied, stale, ignored, rejected, failed } = eventHours
  const since = db.select({ hour, count: sql`sum(${applied} + ${stale} + ${ignored} + ${rejected} + ${failed}) over (order by ${hour} desc)`.as('count') }).from(eventHours).as('since')
  const full = db.select({ hour: max(since.hour) }).from(since).where(gt(since.count, EVENTS_AT_MOST))
  const [row] = await db.select({ end: asInstant(sql<string>`greatest(${daysAgo(days)}, ${full})`) }).from(sql`(values (1)) as one`)
  return row?.end ?? ''
}

/**
 * The oldest events before `end`. They are read in the order of their index, and on from the last batch: what was erased
 * stays in the index until it is vacuumed.
 * @param after what the batch before returned as `last`
 */
export async function eraseEvents(db: Database, end: string, after?: string): Promise<{ count: number, last: string | undefined }> {
  const { id, lastReceivedAt } = webhookEvents
  const expired = db.select({ id }).from(webhookEvents).where(and(lt(lastReceivedAt, end), after ? gte(lastReceivedAt, after) : undefined))
    .orderBy(asc(lastReceivedAt), asc(id)).limit(ERASE_BATCH).for('update', skipLocked)
  const erased = await db.delete(webhookEvents).where(inArray(id, expired)).returning({ at: lastReceivedAt })
  return { count: erased.length, last: erased.map(({ at }) => at).sort().at(-1) }
}

/** At most a row for each hour and reason. */
export const eraseRefusals = async (db: Database, days: number): Promise<number> => (await db.delete(refusals).where(lt(refusals.hour, daysAgo(days)))).count
export const eraseHours = async (db: Database, days: number): Promise<number> => (await db.delete(eventHours).where(lt(eventHours.hour, daysAgo(days)))).count
