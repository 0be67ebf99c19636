import { and, count, eq, isNull, ne, sql } from 'drizzle-orm'
import type { Placeholder } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { COUNTED_AT_MOST } from '#shared/types/post.ts'
import type { Database } from '../client.ts'
import { likes, posts } from '../schema.ts'
import { notifyOfPost, notifyPeople } from './channel.ts'
import { isUnblocked } from './hidden-from.ts'
import { tellOfLike } from './notify.ts'
import { lockAuthor } from './users.ts'

export interface LikeState { likeCount: number, likedByMe: boolean }

/**
 * Likes a post once, however often it is asked, and notifies its author. Nothing is written for a post or a user that is not
 * there, nor where a block is in the way.
 * @param at ISO 8601; now when not said
 */
export async function insertLike(db: Database, postId: string, userId: string, at?: string): Promise<void> {
  const author = lockAuthor(db, userId)
  const liked = db.$with('liked').as(db
    .insert(likes)
    .select(db
      .select({ postId: posts.id, userId: author.id, createdAt: sql<string>`coalesce(${at ?? null}::timestamptz, now())`.as('created_at') })
      .from(posts)
      .crossJoin(author)
      .where(and(eq(posts.id, postId), isNull(posts.deletedAt), isNull(posts.hiddenAt), isUnblocked(db, userId, posts.authorId))))
    .onConflictDoNothing()
    .returning({ postId: likes.postId, createdAt: likes.createdAt }))
  const { told, moved } = tellOfLike(db, liked, userId)
  const people = unionAll(db.select({ userId: told.userId }).from(told), db.select({ userId: moved.userId }).from(moved))
  await db.with(author, liked, told, moved).select({ notified: notifyOfPost(liked.postId), people: notifyPeople(people) }).from(liked)
}

export async function deleteLike(db: Database, postId: string, userId: string): Promise<void> {
  const unliked = db.$with('unliked').as(db
    .delete(likes)
    .where(and(eq(likes.postId, postId), eq(likes.userId, userId)))
    .returning({ postId: likes.postId }))
  const people = db.select({ userId: posts.authorId }).from(unliked).innerJoin(posts, and(eq(posts.id, unliked.postId), ne(posts.authorId, userId)))
  await db.with(unliked).select({ notified: notifyOfPost(unliked.postId), people: notifyPeople(people) }).from(unliked)
}

/**
 * What is shown of a post's likes, as columns of a query that selects from `posts`. The viewer's own is counted, since `exists`
 * lets Postgres read all the likes of the viewer at once, however many they are.
 */
export const likeColumns = (db: Database, viewerId: string | Placeholder | null) => ({
  likeCount: likeCount(db),
  likedByMe: viewerId === null
    ? sql<boolean>`false`
    : sql<boolean>`${db.select({ n: count() }).from(likes).where(and(eq(likes.postId, posts.id), eq(likes.userId, viewerId)))} > 0`,
})

/**
 * How many like a post of the query, `COUNTED_AT_MOST` at most. In the order of `likes_newest_idx`: where most likes are of a few
 * posts, Postgres would else read the table from its start, in the hope of finding so many of each post soon.
 */
export function likeCount(db: Database) {
  const counted = db.select({ userId: likes.userId }).from(likes).where(eq(likes.postId, posts.id)).orderBy(likes.createdAt).limit(COUNTED_AT_MOST).as('counted')
  return sql`${db.select({ n: count() }).from(counted)}`.mapWith(Number)
}

/** How a post stands after a like; undefined when the post is not there. */
export async function findLikeState(db: Database, postId: string, userId: string): Promise<LikeState | undefined> {
  const [state] = await db.select(likeColumns(db, userId)).from(posts).where(and(eq(posts.id, postId), isNull(posts.deletedAt), isNull(posts.hiddenAt)))
  return state
}
