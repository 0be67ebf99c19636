import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import type { SQLWrapper, Subquery } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { alias } from 'drizzle-orm/pg-core'
import type { NotificationKind } from '#shared/types/notification.ts'
import type { Database } from '../client.ts'
import { notificationMarks, notifications, posts, users } from '../schema.ts'

/** A post that the statement writes, as a `WITH` of it. */
type WrittenPost = Subquery & Record<'id' | 'authorId' | 'parentId' | 'authorHidden', AnyPgColumn>
/** The same of a like. */
type NewLike = Subquery & Record<'postId' | 'createdAt', AnyPgColumn>

const kind = (of: NotificationKind) => sql.raw(`'${of}'`)

/**
 * Notifies those whom a post mentions and the author of the post that it answers, each once: a part of the statement that
 * writes the post, or changes its mentions. Who was notified of this post before is not again; who is mentioned no more has
 * no row in `mentions`, and is shown nothing. Nobody is notified of their own post, and no one who is deleted.
 * @param mentioned user ids
 * @param at when it happened
 * @returns one row for each who was notified now: `user_id`
 */
export function tellOfPost(db: Database, post: WrittenPost, mentioned: string[], at: SQLWrapper) {
  const parent = alias(posts, 'answered')
  const ids = sql.join(mentioned.map(id => sql`${id}`), sql`, `)
  return db.$with('told').as(db
    .insert(notifications)
    .select(db
      .select({
        postId: sql`${post.id}`.as('post_id'),
        userId: users.id,
        kind: sql<NotificationKind>`case when ${users.id} = ${parent.authorId} then ${kind('reply')} else ${kind('mention')} end`.as('kind'),
        at: sql`${at}`.as('at'),
        likerId: sql`null::text`.as('liker_id'),
        authorHidden: sql`${post.authorHidden}`.as('author_hidden'),
      })
      .from(post)
      .leftJoin(parent, eq(parent.id, post.parentId))
      // One array, so that each is looked up by their id.
      .innerJoin(users, sql`${users.id} = any(array_append(array[${ids}]::text[], ${parent.authorId}))`)
      .where(and(ne(users.id, post.authorId), isNull(users.deletedAt))))
    .onConflictDoNothing()
    .returning({ userId: notifications.userId }))
}

/** Who was notified of this post: whom it mentions, the author of what it answers, and its own author, of likes. As many as a notice holds. */
export const notifiedOf = (db: Database, postId: SQLWrapper) =>
  db.select({ userId: notifications.userId }).from(notifications).where(eq(notifications.postId, postId)).limit(100)

/** A further like moves a notification that is not seen yet this often, so that the likes of a post that many like do not wait for each other. */
const MOVED_EVERY = sql`interval '1 minute'`

/**
 * Notifies the author of a post that is liked: parts of the statement that writes the like. There is one row for a post.
 * A further like moves it when it was seen, or is older than a minute, unless it is of the one who moved it last; a row that
 * another like is moving is left to that one.
 * @param liked the new like: a `WITH` of the statement
 * @returns `told` and `moved`, with one row when the author is to hear of it: `user_id`
 */
export function tellOfLike(db: Database, liked: NewLike, likerId: string) {
  const told = db.$with('told').as(db
    .insert(notifications)
    .select(db
      .select({
        postId: posts.id,
        userId: posts.authorId,
        kind: sql<NotificationKind>`${kind('like')}`.as('kind'),
        at: sql`${liked.createdAt}`.as('at'),
        likerId: sql`${likerId}::text`.as('liker_id'),
        authorHidden: sql`false`.as('author_hidden'),
      })
      .from(liked)
      .innerJoin(posts, eq(posts.id, liked.postId))
      .innerJoin(users, and(eq(users.id, posts.authorId), isNull(users.deletedAt)))
      .where(ne(posts.authorId, likerId)))
    .onConflictDoNothing()
    .returning({ userId: notifications.userId }))

  const seenAt = db.select({ seenAt: notificationMarks.seenAt }).from(notificationMarks).where(eq(notificationMarks.userId, notifications.userId))
  const due = db.select({ postId: notifications.postId, userId: notifications.userId }).from(liked)
    .innerJoin(notifications, eq(notifications.postId, liked.postId))
    .where(and(
      eq(notifications.kind, 'like'),
      sql`${notifications.likerId} is distinct from ${likerId}`,
      sql`${notifications.at} <= greatest(${liked.createdAt} - ${MOVED_EVERY}, ${seenAt})`,
    ))
    .for('update', { of: notifications, skipLocked: true })
  const moved = db.$with('moved').as(db
    .update(notifications)
    .set({ at: sql`greatest(${notifications.at}, (select ${liked.createdAt} from ${liked}))`, likerId })
    .where(sql`(${notifications.postId}, ${notifications.userId}) in ${due}`)
    .returning({ userId: notifications.userId }))
  return { told, moved }
}
