import { and, count, desc, eq, exists, gt, isNull, lt, ne, not, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import type { Position } from '#shared/schemas/paging.ts'
import type { NotificationItem } from '#shared/types/notification.ts'
import { UNREAD_COUNTED_AT_MOST } from '#shared/types/notification.ts'
import type { Post } from '#shared/types/post.ts'
import type { PublicUser } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { likes, mentions, notificationMarks, notifications, posts, users } from '../schema.ts'
import { notifyPeople } from './channel.ts'
import { countWhere } from './expressions.ts'
import { mayReach } from './hidden-from.ts'
import { isPast, toPage, WALKED_AT_MOST } from './paging.ts'
import { blankPost, isShown, postColumns } from './posts.ts'
import { isVisible, publicUserJson } from './users.ts'

/** Of each post so many of its newest likes are looked at, so that a page costs the same however many there are. */
const LIKES_LOOKED_AT = 50

/** Who may notify someone, in a query that has them in `users`: the author of a post, or who likes one. */
const mayNotify = (db: Database, viewerId: string): SQL | undefined => and(isVisible, mayReach(db, viewerId, users.id))

/** Rows of the viewer's list, newest first, in the place of the table. */
const walk = (db: Database, viewerId: string, where: SQL | undefined, limit: string) => db.select().from(notifications)
  .where(and(eq(notifications.userId, viewerId), not(notifications.authorHidden), where))
  .orderBy(desc(notifications.at), sql`${desc(notifications.postId)} limit ${sql.raw(limit)}`)

/** The newest likes of a row's post, but for the viewer's own. */
const newestLikes = (db: Database, viewerId: string, since?: SQL) => db.select({ userId: likes.userId, createdAt: likes.createdAt }).from(likes)
  .where(and(eq(likes.postId, notifications.postId), ne(likes.userId, viewerId), since && gt(likes.createdAt, since)))
  .orderBy(desc(likes.createdAt), desc(likes.userId)).limit(LIKES_LOOKED_AT).as('newest')

/**
 * Whether a row has something to say: its post is there and answers the viewer, still mentions them, or someone likes it. The
 * mention is counted, since `exists` lets Postgres read all the mentions of the viewer at once, however many they are.
 */
function isSaid(db: Database, viewerId: string, isLiked: SQL) {
  const mention = db.select({ n: count() }).from(mentions).where(and(eq(mentions.postId, notifications.postId), eq(mentions.userId, viewerId)))
  return and(isShown, mayNotify(db, viewerId), sql`case ${notifications.kind} when 'like' then ${isLiked} when 'mention' then ${mention} > 0 else true end`)
}

/** Up to when the viewer has seen theirs. */
const seenAt = (db: Database, viewerId: string) =>
  sql`coalesce(${db.select({ seenAt: notificationMarks.seenAt }).from(notificationMarks).where(eq(notificationMarks.userId, viewerId))}, '-infinity')`

/** The likes of a row's post, in one row. */
function likersOf(db: Database, viewerId: string) {
  const newest = newestLikes(db, viewerId)
  const people = sql`array_agg(${publicUserJson} order by ${newest.createdAt} desc, ${newest.userId} desc) filter (where ${mayNotify(db, viewerId)})`
  return db.select({
    people: sql<PublicUser[] | null>`to_json((${people})[1:3])`.as('people'),
    shown: sql<number>`${countWhere(mayNotify(db, viewerId))}`.mapWith(Number).as('shown'),
    looked: count().as('looked'),
    newestAt: sql<string | null>`max(${newest.createdAt}) filter (where ${mayNotify(db, viewerId)})`.as('newest_at'),
  }).from(newest).innerJoin(users, eq(users.id, newest.userId)).where(eq(notifications.kind, 'like')).as('likers')
}

export interface NotificationsPage {
  /** As many as asked for; fewer, even none, at the end of the list, and where most of the rows that were walked are hidden. */
  notifications: NotificationItem[]
  /** Where the next page begins; null at the end of the list. */
  next: Position | null
}

/**
 * What this person is notified of, newest first, in one query. A row that is liked meanwhile moves to the top, and is on the
 * first page then; none is there twice.
 * @param page.after the last row of the page before
 */
export async function listNotifications(db: Database, viewerId: string, { after, limit }: { after?: Position, limit: number }): Promise<NotificationsPage> {
  const isBelow = isPast('desc', notifications.at, notifications.postId, after)
  const walked = walk(db, viewerId, isBelow, `${WALKED_AT_MOST}`).as('notifications')
  const end = walk(db, viewerId, isBelow, `1 offset ${WALKED_AT_MOST - 1}`).as('walk_end')
  const likers = likersOf(db, viewerId)
  const seen = seenAt(db, viewerId)
  const found = db.select({
    ...postColumns(db, viewerId, undefined),
    row: { isEnd: sql<boolean>`false`, kind: notifications.kind, at: notifications.at, isNew: sql<boolean>`least(${notifications.at}, ${likers.newestAt}) > ${seen}` },
    likers: { people: likers.people, shown: likers.shown, looked: likers.looked },
  }).from(walked)
    .innerJoin(posts, eq(posts.id, notifications.postId))
    .innerJoin(users, eq(users.id, posts.authorId))
    .leftJoinLateral(likers, sql`true`)
    .where(isSaid(db, viewerId, gt(likers.shown, 0)))
    .orderBy(desc(notifications.at), desc(notifications.postId))
    .limit(limit + 1)
  const ofEnd = db.select({
    ...blankPost,
    id: end.postId,
    row: { isEnd: sql<boolean>`true`, kind: end.kind, at: end.at, isNew: sql<boolean>`null` },
    likers: { people: sql<PublicUser[] | null>`null`, shown: sql<number>`null`, looked: sql<number>`null` },
  }).from(end)
  const rows = await unionAll(found, ofEnd).limit(limit + 1)

  const positionOf = ({ id, row }: (typeof rows)[number]): Position => ({ key: row.at, id })
  const shown = toPage(rows.filter(({ row }) => !row.isEnd), limit, positionOf)
  const last = rows.find(({ row }) => row.isEnd)
  return { notifications: shown.rows.map(toItem), next: shown.next ?? (last ? positionOf(last) : null) }
}

interface Row extends Post {
  row: Omit<NotificationItem, 'post' | 'likers'> & { isEnd: boolean }
  likers: { people: PublicUser[] | null, shown: number, looked: number }
}

const toItem = ({ row: { kind, at, isNew }, likers: { people, shown, looked }, ...post }: Row): NotificationItem =>
  ({ kind, at, isNew, post, likers: kind === 'like' ? { people: people ?? [], count: shown, more: looked === LIKES_LOOKED_AT } : null })

/** How many of them this person has not seen, of the newest 2,000; 100 at most. */
export async function countUnread(db: Database, viewerId: string): Promise<number> {
  const seen = seenAt(db, viewerId)
  const walked = walk(db, viewerId, gt(notifications.at, seen), `${WALKED_AT_MOST}`).as('notifications')
  const newest = newestLikes(db, viewerId, seen)
  const isLiked = exists(db.select().from(newest).innerJoin(users, eq(users.id, newest.userId)).where(mayNotify(db, viewerId)))
  const unread = db.select({ one: sql`1` }).from(walked)
    .innerJoin(posts, eq(posts.id, notifications.postId))
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(isSaid(db, viewerId, isLiked))
    .limit(UNREAD_COUNTED_AT_MOST).as('unread')
  const [row] = await db.select({ unread: count() }).from(unread)
  return row?.unread ?? 0
}

/**
 * Notes that this person has seen what was there until then, and tells their other pages. It never goes back.
 * @param until ISO 8601; not after now
 */
export async function markSeen(db: Database, userId: string, until: string): Promise<void> {
  const person = db.$with('person').as(db.select({ id: users.id }).from(users).where(and(eq(users.id, userId), isNull(users.deletedAt))).for('share'))
  const marked = db.$with('marked').as(db.with(person)
    .insert(notificationMarks)
    .select(db.select({ userId: person.id, seenAt: sql<string>`least(${until}::timestamptz, now())`.as('seen_at') }).from(person))
    .onConflictDoUpdate({ target: notificationMarks.userId, set: { seenAt: sql`excluded.seen_at` }, setWhere: lt(notificationMarks.seenAt, sql`excluded.seen_at`) })
    .returning({ userId: notificationMarks.userId }))
  await db.with(marked).select({ people: notifyPeople(db.select({ userId: marked.userId }).from(marked)) }).from(sql`(values (1)) as one`)
}
