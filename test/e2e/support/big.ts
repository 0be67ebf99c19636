import type { Database } from '#db/client.ts'
import { closeDatabase } from '#db/client.ts'

/** A statement may take so long, ms. */
const FILLING_MS = 10 * 60_000

/** When the generated rows end; they go back from here. */
export const bigNow = '2026-11-01T12:00:00.000Z'

export const bigUserId = (n: number) => `user_${String(n).padStart(27, '0')}`

/** A reply, unless `n` is divisible by 5. */
export const bigPostId = (n: number) => {
  const hex = (1_700_000_000_000 + n * 30_000).toString(16).padStart(12, '0') + n.toString(16).padStart(20, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A post that many like and reply to. */
export const popularPostId = bigPostId(10)

/**
 * Fills an empty database: `users` people with a profile each tenth, and `posts` posts over a year, four of five of them
 * replies, with a like for each second and a mention in each twentieth, who was notified of all that, and half of
 * whom have seen it. Each says `Post` and its number, the first tenth also `formerly`. By SQL alone, so that a million take seconds.
 * @param size.popular so many people, the last ones, also like `popularPostId` and reply to it
 */
export async function fillDatabase(db: Database, { users, posts, popular = 0 }: { users: number, posts: number, popular?: number }): Promise<void> {
  const session = db.openSession({ silentMs: FILLING_MS })
  const sql = session.$client
  await sql`set statement_timeout = 0`
  // The ids fit by their making; to look each one up would take longer than to write it.
  await sql`set session_replication_role = replica`
  // An index over a table that is full is built in a third of the time that it takes row by row, a key's too.
  await sql`set maintenance_work_mem = '256MB'`
  const indexes = await sql<{ name: string, definition: string }[]>`
    select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid in ('users'::regclass, 'posts'::regclass, 'likes'::regclass, 'mentions'::regclass, 'notifications'::regclass) and not indisprimary
  `
  for (const { name } of indexes) await sql`drop index ${sql(name)}`
  const keys = await sql<{ table: string, name: string, definition: string }[]>`
    select conrelid::regclass as table, conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid in ('likes'::regclass, 'mentions'::regclass, 'notifications'::regclass) and contype = 'p'
  `
  for (const { table, name } of keys) await sql`alter table ${sql(table)} drop constraint ${sql(name)}`
  const id = (n: string) => sql.unsafe(`('user_' || lpad((${n})::text, 27, '0'))`)
  const postId = (n: string) => sql.unsafe(`(lpad(to_hex((1700000000000 + (${n}) * 30000)::bigint), 12, '0') || lpad(to_hex((${n})::bigint), 20, '0'))::uuid`)
  await sql`
    insert into users (id, username, first_name, last_name, email, clerk_created_at, clerk_updated_at, clerk_event_at, synced_at, synced_by)
    select ${id('n')}, 'person' || n, (array['Ada', 'Ben', 'Chloé', 'Łukasz', 'Noor', 'Omar', 'Zoë', '김'])[1 + n % 8] || n % 97, 'Family' || n % 5003,
      'person' || n || '@example.com', t, t, t, t, 'webhook'
    from generate_series(1, ${users}::bigint) n, lateral (select ${bigNow}::timestamptz - n * interval '1 minute' as t) times
  `
  await sql`
    insert into posts (id, author_id, parent_id, body, created_at)
    select ${postId('n')}, ${id(`1 + (n * 7919) % ${users}`)}, case when n % 5 > 0 then ${postId('n - n % 5')} end, 'Post ' || n || case when n <= ${posts}::bigint / 10 then ' formerly' else '' end,
      ${bigNow}::timestamptz - (${posts}::bigint - n) * interval '30 seconds'
    from generate_series(5, ${posts}::bigint + 4) n
  `
  await sql`insert into likes (post_id, user_id) select ${postId('n')}, ${id(`1 + (n * 31) % ${users}`)} from generate_series(5, ${posts}::bigint + 4, 2) n`
  await sql`
    insert into posts (id, author_id, parent_id, body, created_at)
    select ${postId(`${posts} + 4 + n`)}, ${id(`${users} + 1 - n`)}, ${popularPostId}, 'Post ' || ${posts}::bigint + 4 + n, ${bigNow}::timestamptz - n * interval '10 seconds'
    from generate_series(1, ${popular}::bigint) n
  `
  await sql`insert into mentions (post_id, user_id) select ${postId('n')}, ${id(`1 + (n * 17) % ${users}`)} from generate_series(5, ${posts}::bigint + 4, 20) n`
  await sql`
    insert into notifications (post_id, user_id, kind, at, liker_id)
    select p.id, parent.author_id, 'reply', p.created_at, null from posts p join posts parent on parent.id = p.parent_id where parent.author_id <> p.author_id
    union all select p.id, m.user_id, 'mention', p.created_at, null from mentions m join posts p on p.id = m.post_id where p.parent_id is null and p.author_id <> m.user_id
    union all select p.id, p.author_id, 'like', p.created_at, l.user_id from likes l join posts p on p.id = l.post_id where p.author_id <> l.user_id
  `
  if (popular > 0) {
    await sql`insert into likes (post_id, user_id, created_at) select ${popularPostId}, ${id(`${users} + 1 - n`)}, ${bigNow}::timestamptz - n * interval '10 seconds' from generate_series(1, ${popular}::bigint) n`
    await sql`insert into notifications (post_id, user_id, kind, at, liker_id) select id, author_id, 'like', ${bigNow}, ${id(`${users}`)} from posts where id = ${popularPostId}`
  }
  await sql`insert into notification_marks (user_id, seen_at) select ${id('n')}, ${bigNow}::timestamptz from generate_series(2, ${users}::bigint, 2) n`
  await sql`insert into profiles (user_id, bio) select ${id('n')}, 'Here.' from generate_series(1, ${users}::bigint, 10) n`
  for (const { table, name, definition } of keys) await sql.unsafe(`alter table ${table} add constraint ${name} ${definition}`)
  for (const { definition } of indexes) await sql.unsafe(definition)
  await sql`vacuum analyze`
  await closeDatabase(session)
}
