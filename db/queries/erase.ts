import type { Database } from '../client.ts'

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
  const sql = db.$client
  const cutoff = sql`now() - make_interval(days => ${retentionDays})`
  const deleted = sql`select u.id from users u where u.deleted_at < ${cutoff}`
  let unsaid = 0
  return {
    posts: await inBatches(async () => {
      const rows = await sql<{ mentions: number }[]>`
        with erased as (
          update posts set body = null, deleted_at = coalesce(deleted_at, now())
          where id in (
            select p.id from posts p
            where p.body is not null and (p.deleted_at < ${cutoff} or p.author_id in (${deleted}))
            limit ${BATCH}
          )
          returning id
        ), unsaid as (
          delete from mentions where post_id in (select id from erased) returning post_id
        )
        select (select count(*)::int from unsaid where post_id = erased.id) as mentions from erased
      `
      unsaid += rows.reduce((sum, { mentions }) => sum + mentions, 0)
      return rows
    }),
    likes: await inBatches(() => sql`
      delete from likes where (post_id, user_id) in (select l.post_id, l.user_id from likes l where l.user_id in (${deleted}) limit ${BATCH})
    `),
    mentions: unsaid + await inBatches(() => sql`
      delete from mentions where (post_id, user_id) in (select m.post_id, m.user_id from mentions m where m.user_id in (${deleted}) limit ${BATCH})
    `),
    profiles: await inBatches(() => sql`
      delete from profiles where user_id in (select p.user_id from profiles p where p.user_id in (${deleted}) limit ${BATCH})
    `),
    events: await inBatches(() => sql`
      delete from webhook_events where id in (select e.id from webhook_events e where e.last_received_at < ${cutoff} limit ${BATCH})
    `),
    refusals: (await sql`delete from refusals where hour < ${cutoff}`).count,
    hours: (await sql`delete from event_hours where hour < ${cutoff}`).count,
  }
}

async function inBatches(run: () => Promise<{ count: number }>): Promise<number> {
  let total = 0
  for (;;) {
    const { count } = await run()
    total += count
    if (count < BATCH) return total
  }
}
