import { eq, inArray, sql } from 'drizzle-orm'
import type { PostChange } from '#shared/types/live.ts'
import type { PublicUser } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { posts, users } from '../schema.ts'
import { isVisible, personColumns, toPublicUser } from './people.ts'
import { likeCount, replyCount } from './posts.ts'

/** These people as the public sees them now, and the ids of those whose posts are hidden. */
export async function findChangedUsers(db: Database, ids: string[]): Promise<{ users: PublicUser[], hiddenIds: string[] }> {
  const rows = await db.select({ ...personColumns, visible: sql<boolean>`${isVisible}` }).from(users).where(inArray(users.id, ids))
  return { users: rows.map(toPublicUser), hiddenIds: rows.filter(row => !row.visible).map(row => row.id) }
}

/** These posts and the posts that they answer, whose count of replies changes with them. */
export async function findChangedPosts(db: Database, ids: string[]): Promise<PostChange[]> {
  return db
    .select({
      id: posts.id,
      parentId: posts.parentId,
      authorId: posts.authorId,
      shown: sql<boolean>`(${posts.deletedAt} is null and ${isVisible})`,
      replyCount,
      likeCount,
    })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(sql`${posts.id} in (
      select p.id from posts p where ${inArray(sql`p.id`, ids)}
      union select p.parent_id from posts p where ${inArray(sql`p.id`, ids)}
    )`)
}
