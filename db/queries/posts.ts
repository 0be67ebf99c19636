import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Position } from '#shared/schemas/paging.ts'
import type { Post } from '#shared/types/post.ts'
import type { PublicUser } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { mentions, posts, users } from '../schema.ts'
import { notifyOfPost } from './channel.ts'
import { likeColumns } from './likes.ts'
import { isPast, toPage } from './paging.ts'
import { isVisible, lockAuthor, publicUserColumns } from './users.ts'

/** Whether the words of a post are shown: for a query that joins the author. */
export const isShown = and(isNull(posts.deletedAt), isVisible)

/** How many replies to a post are shown. In the subquery `users` is their authors. */
export function replyCount(db: Database) {
  const replies = alias(posts, 'replies')
  const shown = db.select({ n: count() }).from(replies).innerJoin(users, eq(users.id, replies.authorId))
    .where(and(eq(replies.parentId, posts.id), isNull(replies.deletedAt), isVisible))
  return sql`${shown}`.mapWith(Number)
}

/** Whom a post mentions, as JSON. In the subquery `users` is those who are mentioned. */
function mentionedUsers(db: Database) {
  const fields = Object.entries(publicUserColumns).map(([name, column]) => sql`${name}::text, ${column}`)
  const mentioned = db.select({ users: sql`coalesce(json_agg(json_build_object(${sql.join(fields, sql`, `)})), '[]')` })
    .from(mentions).innerJoin(users, eq(users.id, mentions.userId)).where(eq(mentions.postId, posts.id))
  return sql<PublicUser[]>`case when ${isShown} and ${posts.body} is not null then ${mentioned} else '[]' end`
}

/** Posts as `viewerId` sees them: authors, counts and mentions come in the same query. */
const selectPosts = (db: Database, viewerId: string | null) => db
  .select({
    id: posts.id,
    parentId: posts.parentId,
    body: sql<string | null>`case when ${isShown} then ${posts.body} end`,
    createdAt: posts.createdAt,
    author: publicUserColumns,
    mentions: mentionedUsers(db),
    replyCount: replyCount(db),
    ...likeColumns(db, viewerId),
  })
  .from(posts)
  .innerJoin(users, eq(users.id, posts.authorId))

export interface PostsPage { posts: Post[], next: Position | null }

/** @param found one more than the page holds, when there is more */
function toPostsPage(found: Post[], limit: number): PostsPage {
  const { rows, next } = toPage(found, limit, post => ({ key: post.createdAt, id: post.id }))
  return { posts: rows, next }
}

/**
 * Top-level posts, newest first, in one query whatever the number of authors.
 * @param page.after the last row of the page before
 */
export async function listPosts(db: Database, page: { after?: Position, limit: number, author?: string, viewerId: string | null }): Promise<PostsPage> {
  const found = await selectPosts(db, page.viewerId)
    .where(and(
      isNull(posts.parentId),
      isShown,
      page.author ? eq(posts.authorId, page.author) : undefined,
      isPast('desc', posts.createdAt, posts.id, page.after),
    ))
    .orderBy(desc(posts.createdAt), desc(posts.id))
    .limit(page.limit + 1)
  return toPostsPage(found, page.limit)
}

/** A post is there while it is shown, or while replies to it are shown. */
const isThere = (db: Database) => or(isShown, gt(replyCount(db), 0))

/** One post; undefined when there is nothing left to show of it. */
export async function findPost(db: Database, id: string, viewerId: string | null): Promise<Post | undefined> {
  const [post] = await selectPosts(db, viewerId).where(and(eq(posts.id, id), isThere(db)))
  return post
}

/** The way from the root of the thread down to the parent of `id`; 50 at most. */
export async function listAncestors(db: Database, id: string, viewerId: string | null): Promise<Post[]> {
  // By hand: the builder has no recursive query.
  const ancestors = sql`(
    with recursive up (id, parent_id, depth) as (
      select p.id, p.parent_id, 0 from posts p where p.id = ${id}
      union all
      select p.id, p.parent_id, up.depth + 1 from posts p join up on p.id = up.parent_id where up.depth < 50
    ) select up.id from up where up.depth > 0
  )`
  return selectPosts(db, viewerId).where(inArray(posts.id, ancestors)).orderBy(asc(posts.createdAt), asc(posts.id))
}

/**
 * Direct replies, oldest first.
 * @param page.after the last row of the page before
 */
export async function listReplies(db: Database, id: string, page: { after?: Position, limit: number, viewerId: string | null }): Promise<PostsPage> {
  const found = await selectPosts(db, page.viewerId)
    .where(and(eq(posts.parentId, id), isThere(db), isPast('asc', posts.createdAt, posts.id, page.after)))
    .orderBy(asc(posts.createdAt), asc(posts.id))
    .limit(page.limit + 1)
  return toPostsPage(found, page.limit)
}

export interface NewPostRow {
  id: string
  authorId: string
  parentId: string | null
  /** User ids in the place of names. */
  body: string
  /** Made by the author's browser: a second post with it is not written. */
  key?: string
  /** Ids of users; those who are not here are left out. */
  mentions?: string[]
  /** ISO 8601; now when not said. */
  createdAt?: string
}

/**
 * Writes a post and tells the other instances, in one statement.
 * @returns false when the author is not here, is deleted or banned, when the parent is not there, or when this author has
 * posted with this key already
 */
export async function insertPost(db: Database, post: NewPostRow): Promise<boolean> {
  const author = lockAuthor(db, post.authorId)
  const parent = alias(posts, 'parent')
  const inserted = db.$with('inserted').as(db
    .insert(posts)
    .select(db
      .select({
        id: sql`${post.id}`.as('id'),
        authorId: author.id,
        parentId: sql`${post.parentId}`.as('parent_id'),
        body: sql`${post.body}`.as('body'),
        createdAt: sql`coalesce(${post.createdAt ?? null}, now())`.as('created_at'),
        deletedAt: sql`null`.as('deleted_at'),
        deletedBy: sql`null`.as('deleted_by'),
        key: sql`${post.key ?? null}`.as('key'),
      })
      .from(author)
      .where(post.parentId === null
        ? undefined
        : sql`exists ${db.select().from(parent).where(and(eq(parent.id, post.parentId), isNull(parent.deletedAt)))}`))
    .onConflictDoNothing()
    .returning({ id: posts.id }))
  const mentioned = db.$with('mentioned').as(db
    .insert(mentions)
    .select(db.select({ postId: inserted.id, userId: users.id }).from(inserted).innerJoin(users, inArray(users.id, post.mentions ?? []))))
  const rows = await db.with(author, inserted, mentioned).select({ notified: notifyOfPost(inserted.id) }).from(inserted)
  return rows.length > 0
}

/** The id of what this author posted with this key; undefined when nothing. */
export async function findPostByKey(db: Database, authorId: string, key: string): Promise<string | undefined> {
  const [row] = await db.select({ id: posts.id }).from(posts).where(and(eq(posts.authorId, authorId), eq(posts.key, key)))
  return row?.id
}

/** Who wrote a post, and who deleted it; undefined when there never was one. */
export async function findPostAuthor(db: Database, id: string) {
  const [row] = await db.select({ authorId: posts.authorId, deletedAt: posts.deletedAt, deletedBy: posts.deletedBy }).from(posts).where(eq(posts.id, id))
  return row
}

/** Marks a post as deleted; its replies keep their place. Doing it twice changes nothing: the first to delete it is the one who did. */
export async function deletePost(db: Database, id: string, deletedBy: string): Promise<void> {
  const gone = db.$with('gone').as(db
    .update(posts)
    .set({ deletedAt: sql`now()`, deletedBy })
    .where(and(eq(posts.id, id), isNull(posts.deletedAt)))
    .returning({ id: posts.id }))
  await db.with(gone).select({ notified: notifyOfPost(gone.id) }).from(gone)
}

/** For how long a deletion can be undone, by Postgres's clock. */
export const RESTORE_MINUTES = 5

/**
 * Brings back what this person deleted a moment ago, while its words and its author are still here.
 * @returns whether it came back
 */
export async function restorePost(db: Database, id: string, deletedBy: string): Promise<boolean> {
  const author = db.$with('author').as(db
    .select({ id: users.id })
    .from(users)
    .innerJoin(posts, eq(posts.authorId, users.id))
    .where(and(eq(posts.id, id), isVisible))
    .for('share', { of: users }))
  const restored = db.$with('restored').as(db
    .update(posts)
    .set({ deletedAt: null, deletedBy: null })
    .from(author)
    .where(and(
      eq(posts.id, id),
      eq(posts.authorId, author.id),
      eq(posts.deletedBy, deletedBy),
      isNotNull(posts.body),
      gt(posts.deletedAt, sql`now() - make_interval(mins => ${RESTORE_MINUTES})`),
    ))
    .returning({ id: posts.id }))
  const rows = await db.with(author, restored).select({ notified: notifyOfPost(restored.id) }).from(restored)
  return rows.length > 0
}
