import { and, inArray, isNotNull, lt, or, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Database } from '../client.ts'
import { eventHours, likes, mentions, posts, profiles, refusals, users, webhookEvents } from '../schema.ts'

/** Rows for one statement, so that none holds its locks for long. */
const BATCH = 5_000

/** What was erased, in rows. */
export interface Erased { posts: number, likes: number, mentions: number, profiles: number, events: number, refusals: number, hours: number }

/**
 * Erases what is kept for `retentionDays` only, counted by Postgres's clock: the words of posts that were deleted or
 * whose author was, with whom they mentioned, the likes and mentions of the deleted, profiles below a tombstone that a scan
 * inferred, and old rows of the event log and its counts. Tombstones stay, else a late delivery would bring the deleted back.
 */
export async function eraseExpired(db: Database, retentionDays: number): Promise<Erased> {
  const cutoff = sql`now() - make_interval(days => ${retentionDays})`
  const isOfDeleted = (userId: PgColumn) => inArray(userId, db.select({ id: users.id }).from(users).where(lt(users.deletedAt, cutoff)))
  let unsaid = 0

  const erasePosts = async () => {
    const expired = db.select({ id: posts.id }).from(posts)
      .where(and(isNotNull(posts.body), or(lt(posts.deletedAt, cutoff), isOfDeleted(posts.authorId)))).limit(BATCH)
    const erased = db.$with('erased').as(db
      .update(posts)
      .set({ body: null, deletedAt: sql`coalesce(${posts.deletedAt}, now())` })
      .where(inArray(posts.id, expired))
      .returning({ id: posts.id }))
    const removed = db.$with('removed').as(db
      .delete(mentions)
      .where(inArray(mentions.postId, db.select({ id: erased.id }).from(erased)))
      .returning({ postId: mentions.postId }))
    const [row] = await db.with(erased, removed).select({ posts: db.$count(erased), mentions: db.$count(removed) }).from(sql`(values (1)) as one`)
    unsaid += row?.mentions ?? 0
    return { count: row?.posts ?? 0 }
  }

  return {
    posts: await inBatches(erasePosts),
    likes: await inBatches(() => db.delete(likes).where(sql`(${likes.postId}, ${likes.userId}) in ${
      db.select({ postId: likes.postId, userId: likes.userId }).from(likes).where(isOfDeleted(likes.userId)).limit(BATCH)}`)),
    mentions: unsaid + await inBatches(() => db.delete(mentions).where(sql`(${mentions.postId}, ${mentions.userId}) in ${
      db.select({ postId: mentions.postId, userId: mentions.userId }).from(mentions).where(isOfDeleted(mentions.userId)).limit(BATCH)}`)),
    profiles: await inBatches(() => db.delete(profiles).where(inArray(profiles.userId,
      db.select({ userId: profiles.userId }).from(profiles).where(isOfDeleted(profiles.userId)).limit(BATCH)))),
    events: await inBatches(() => db.delete(webhookEvents).where(inArray(webhookEvents.id,
      db.select({ id: webhookEvents.id }).from(webhookEvents).where(lt(webhookEvents.lastReceivedAt, cutoff)).limit(BATCH)))),
    refusals: (await db.delete(refusals).where(lt(refusals.hour, cutoff))).count,
    hours: (await db.delete(eventHours).where(lt(eventHours.hour, cutoff))).count,
  }
}

async function inBatches(run: () => PromiseLike<{ count: number }>): Promise<number> {
  let total = 0
  for (;;) {
    const { count } = await run()
    total += count
    if (count < BATCH) return total
  }
}
