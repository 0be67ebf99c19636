import { eq, inArray, sql } from 'drizzle-orm'
import { alias, union } from 'drizzle-orm/pg-core'
import type { PostChange } from '#shared/types/live.ts'
import type { PublicUser } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { likes, posts, users } from '../schema.ts'
import { isShown, replyCount } from './posts.ts'
import { isVisible, publicUserColumns } from './users.ts'

/** These users as the public sees them now, and the ids of those whose posts are hidden. */
export async function findChangedUsers(db: Database, ids: string[]): Promise<{ users: PublicUser[], hiddenIds: string[] }> {
  const rows = await db.select({ user: publicUserColumns, visible: sql<boolean>`${isVisible}` }).from(users).where(inArray(users.id, ids))
  return { users: rows.map(row => row.user), hiddenIds: rows.filter(row => !row.visible).map(row => row.user.id) }
}

/** These posts and the posts that they answer, whose count of replies changes with them. */
export async function findChangedPosts(db: Database, ids: string[]): Promise<PostChange[]> {
  const changed = alias(posts, 'changed')
  return db
    .select({
      id: posts.id,
      parentId: posts.parentId,
      authorId: posts.authorId,
      shown: sql<boolean>`${isShown}`,
      replyCount: replyCount(db),
      likeCount: db.$count(likes, eq(likes.postId, posts.id)),
    })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(inArray(posts.id, union(
      db.select({ id: changed.parentId }).from(changed).where(inArray(changed.id, ids)),
      db.select({ id: changed.id }).from(changed).where(inArray(changed.id, ids)),
    )))
}
