import { and, desc, eq, exists, inArray, isNull, not, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Member } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { mentions, posts, users } from '../schema.ts'
import { withoutIndex } from './expressions.ts'
import { walkNewest } from './members.ts'
import { isVisible, joinedAt, memberColumns } from './users.ts'

/** Of each user no more posts and mentions than this are looked at, so that nobody makes it slow by their number. */
const LOOKED_AT = 500

/**
 * Whether guests see this user in posts: as the author of a post that is there, or mentioned in one that is shown. The
 * posts are the user's newest; which of more than 500 mentions are looked at is not said.
 */
export function isSeenByGuests(db: Database) {
  const newest = db.select({ id: posts.id, deletedAt: posts.deletedAt, hiddenAt: posts.hiddenAt }).from(posts).where(eq(posts.authorId, users.id))
    .orderBy(desc(posts.createdAt), desc(posts.id)).limit(LOOKED_AT).as('newest')
  const replies = alias(posts, 'replies')
  const answered = db.select({ id: replies.id }).from(replies).where(and(eq(replies.parentId, newest.id), isNull(replies.deletedAt), isNull(replies.hiddenAt)))
  const wrote = db.select({ id: newest.id }).from(newest).where(or(and(isNull(newest.deletedAt), isNull(newest.hiddenAt), isVisible), exists(answered)))

  const some = db.select({ postId: mentions.postId }).from(mentions).where(eq(mentions.userId, users.id)).limit(LOOKED_AT).as('some')
  const author = alias(users, 'author')
  const isMentioned = db.select({ id: posts.id }).from(some).innerJoin(posts, eq(posts.id, some.postId)).innerJoin(author, eq(author.id, posts.authorId))
    .where(and(isNull(posts.deletedAt), isNull(posts.hiddenAt), isNull(author.deletedAt), not(author.banned)))
  return or(exists(wrote), exists(isMentioned))
}

/** A guest's list of newcomers is chosen from this many. */
const NEWEST_LOOKED_AT = 200

/** Of the 200 who joined last, those whom guests see in posts, newest first. */
export async function listNewcomersForGuests(db: Database, limit: number): Promise<Member[]> {
  const walked = walkNewest(db)
  const newest = db.select({ id: walked.id }).from(walked).where(sql`${walked.isMember}`)
    .orderBy(desc(walked.key), desc(walked.id)).limit(NEWEST_LOOKED_AT)
  return db.select(memberColumns).from(users).where(and(inArray(users.id, newest), isSeenByGuests(db)))
    .orderBy(desc(withoutIndex(joinedAt)), desc(users.id)).limit(limit)
}
