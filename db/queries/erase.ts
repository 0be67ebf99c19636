import { and, inArray, isNotNull, lt, or, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Database } from '../client.ts'
import { eventHours, likes, mentions, posts, profiles, refusals, users, webhookEvents } from '../schema.ts'

/** Rows for one statement, so that none holds its locks for long. */
const BATCH = 5_000

const skipLocked = { skipLocked: true } as const

/** In the order in which they run: mentions go with their posts, and after them those of the deleted. */
const stepNames = ['posts', 'likes', 'mentions', 'profiles', 'events', 'refusals', 'hours'] as const
type Step = (typeof stepNames)[number]

/** What was erased, in rows. */
export type Erased = Record<Step, number>

/**
 * Erases what is kept for `retentionDays` only, counted by Postgres's clock: the words of posts that were deleted or
 * whose author was, with whom they mentioned, the likes and mentions of the deleted, profiles below a tombstone that a scan
 * inferred, and old rows of the event log and its counts. Tombstones stay, else a late delivery would bring the deleted back.
 * Each step is by itself, and a locked row is left for the next time: neither stops the rest.
 * @returns what was erased, and the steps that failed with their errors
 */
export async function eraseExpired(db: Database, retentionDays: number): Promise<{ erased: Erased, failed: { step: Step, error: unknown }[] }> {
  const cutoff = sql`now() - make_interval(days => ${retentionDays})`
  const isOfDeleted = (userId: PgColumn) => inArray(userId, db.select({ id: users.id }).from(users).where(lt(users.deletedAt, cutoff)))
  let unsaid = 0

  const erasePosts = async () => {
    const expired = db.select({ id: posts.id }).from(posts)
      .where(and(isNotNull(posts.body), or(lt(posts.deletedAt, cutoff), isOfDeleted(posts.authorId)))).limit(BATCH).for('update', skipLocked)
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

  const steps: Record<Step, () => Promise<number>> = {
    posts: () => inBatches(erasePosts),
    likes: () => inBatches(() => db.delete(likes).where(sql`(${likes.postId}, ${likes.userId}) in ${
      db.select({ postId: likes.postId, userId: likes.userId }).from(likes).where(isOfDeleted(likes.userId)).limit(BATCH).for('update', skipLocked)}`)),
    mentions: async () => unsaid + await inBatches(() => db.delete(mentions).where(sql`(${mentions.postId}, ${mentions.userId}) in ${
      db.select({ postId: mentions.postId, userId: mentions.userId }).from(mentions).where(isOfDeleted(mentions.userId)).limit(BATCH).for('update', skipLocked)}`)),
    profiles: () => inBatches(() => db.delete(profiles).where(inArray(profiles.userId,
      db.select({ userId: profiles.userId }).from(profiles).where(isOfDeleted(profiles.userId)).limit(BATCH).for('update', skipLocked)))),
    events: () => inBatches(() => db.delete(webhookEvents).where(inArray(webhookEvents.id,
      db.select({ id: webhookEvents.id }).from(webhookEvents).where(lt(webhookEvents.lastReceivedAt, cutoff)).limit(BATCH).for('update', skipLocked)))),
    refusals: async () => (await db.delete(refusals).where(lt(refusals.hour, cutoff))).count,
    hours: async () => (await db.delete(eventHours).where(lt(eventHours.hour, cutoff))).count,
  }
  const erased: Erased = { posts: 0, likes: 0, mentions: 0, profiles: 0, events: 0, refusals: 0, hours: 0 }
  const failed: { step: Step, error: unknown }[] = []
  for (const step of stepNames) {
    try {
      erased[step] = await steps[step]()
    }
    catch (error) {
      failed.push({ step, error })
    }
  }
  return { erased, failed }
}

async function inBatches(run: () => PromiseLike<{ count: number }>): Promise<number> {
  let total = 0
  for (;;) {
    const { count } = await run()
    total += count
    if (count < BATCH) return total
  }
}
