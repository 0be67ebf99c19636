import { eq, exists, inArray, sql } from 'drizzle-orm'
import { alias, union } from 'drizzle-orm/pg-core'
import type { Audience, PostChange, UsersChange } from '#shared/types/live.ts'
import type { Database } from '../client.ts'
import { posts, users } from '../schema.ts'
import { isSeenByGuests } from './guests.ts'
import { likeCount } from './likes.ts'
import { isShown, mentionedUsers, replyCount } from './posts.ts'
import { isVisible, memberColumns } from './users.ts'

/** These users as each audience hears of them. */
export async function findChangedUsers(db: Database, ids: string[]): Promise<Record<Audience, UsersChange>> {
  const own = db.select({ id: posts.id }).from(posts).where(eq(posts.authorId, users.id))
  const rows = await db
    .select({
      user: memberColumns,
      visible: sql<boolean>`${isVisible}`,
      hasPosts: sql<boolean>`${exists(own)}`,
      seen: sql<boolean>`${isSeenByGuests(db)}`,
    })
    .from(users)
    .where(inArray(users.id, ids))
  const hiddenIds = (of: typeof rows) => of.filter(({ visible }) => !visible).map(({ user }) => user.id)
  return {
    members: { users: rows.map(({ user }) => user), hiddenIds: hiddenIds(rows) },
    guests: {
      // A deleted user has no name: a page that shows them has to hear that they are gone.
      users: rows.filter(({ user, seen, hasPosts }) => seen || (hasPosts && user.status === 'gone')).map(({ user }) => user),
      hiddenIds: hiddenIds(rows.filter(({ seen, hasPosts }) => seen || hasPosts)),
    },
  }
}

/** These posts and the posts that they answer, whose count of replies changes with them. */
export async function findChangedPosts(db: Database, ids: string[]): Promise<PostChange[]> {
  const changed = alias(posts, 'changed')
  const rows = await db
    .select({
      id: posts.id,
      parentId: posts.parentId,
      authorId: posts.authorId,
      shown: sql<boolean>`${isShown}`,
      replyCount: replyCount(db),
      likeCount: likeCount(db),
      edit: { body: posts.body, mentions: mentionedUsers(db, isShown), editedAt: posts.editedAt },
    })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(inArray(posts.id, union(
      db.select({ id: changed.parentId }).from(changed).where(inArray(changed.id, ids)),
      db.select({ id: changed.id }).from(changed).where(inArray(changed.id, ids)),
    )))
  return rows.map(({ edit, ...change }) => change.shown && edit.editedAt !== null ? { ...change, edit } : change)
}
