import { and, asc, eq, gt, inArray, ne, sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { builderTransaction } from '../client.ts'
import { isUnsettled, notifications, posts, users } from '../schema.ts'
import { notifyOfChange, notifyOfUser } from './channel.ts'

/** Posts of one batch: its locks are held for some 30 ms. */
const BATCH = 1_000

/** Where a batch ended, and which way it went. */
export interface HidingPosition { hidden: boolean, id: string }

/** The next author, by id, whose posts do not say yet whether their author is hidden. Reads an index of these alone. */
export async function findUnsettledAuthor(db: Database, after: string): Promise<string | undefined> {
  const [row] = await db.select({ id: users.id }).from(users).where(and(isUnsettled(users), gt(users.id, after))).orderBy(asc(users.id)).limit(1)
  return row?.id
}

/**
 * Sets or clears `author_hidden` on up to 1,000 posts of one author, and on who was notified of them, by what the author is now. The author's row is locked:
 * nobody posts or changes the author meanwhile, so when no post is left, none is. A locked post is left for another time.
 * @param from where the batch before this one ended; a position of the other way is not used
 * @returns where the next batch begins, null when this was the last; undefined when there is nothing to do, or another instance does it
 */
export async function hidePosts(db: Database, authorId: string, from?: HidingPosition): Promise<{ posts: number, next: HidingPosition | null } | undefined> {
  return builderTransaction(db, async (tx) => {
    const [author] = await tx
      .select({ hidden: sql<boolean>`(${users.banned} or ${users.deletedAt} is not null)` })
      .from(users).where(and(eq(users.id, authorId), isUnsettled(users))).for('no key update', { skipLocked: true })
    if (!author) return
    const { hidden } = author
    const isOther = and(eq(posts.authorId, authorId), eq(posts.authorHidden, !hidden))
    const batch = tx.select({ id: posts.id }).from(posts)
      .where(and(isOther, from?.hidden === hidden ? gt(posts.id, from.id) : undefined))
      .orderBy(asc(posts.id)).limit(BATCH).for('update', { skipLocked: true })
    const changed = await tx.update(posts).set({ authorHidden: hidden }).where(inArray(posts.id, batch)).returning({ id: posts.id })
    await tx.update(notifications).set({ authorHidden: hidden }).where(and(inArray(notifications.postId, changed.map(({ id }) => id)), ne(notifications.kind, 'like')))
    const last = changed.map(({ id }) => id).sort().at(-1)
    const next = changed.length === BATCH && last ? { hidden, id: last } : null
    const isSettled = !next && (await tx.select({ id: posts.id }).from(posts).where(isOther).limit(1)).length === 0
    const written = tx.$with('written').as(tx.update(users).set({ postsHidden: isSettled ? hidden : null }).where(eq(users.id, authorId)).returning({ id: users.id }))
    // Pages of posts are other ones now, and who keeps them in memory must hear of it.
    await tx.with(written).select({ notified: changed.length === 0 ? sql`null` : isSettled ? notifyOfUser(written.id) : notifyOfChange() }).from(written)
    return { posts: changed.length, next }
  })
}
