import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { eraseExpired } from '#server/sync/erase.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeAll(async () => {
  mirror = await startMirror()
})
afterAll(() => mirror.stop())

it('erases after the days of retention and not before, and keeps the tombstones', async () => {
  const sql = mirror.db.$client
  await sql`insert into users (id, deleted_at, synced_at, synced_by) values
    ('user_old', now() - interval '31 days', now(), 'webhook'),
    ('user_inferred', now() - interval '31 days', now(), 'scan'),
    ('user_new', now() - interval '29 days', now(), 'webhook'),
    ('user_here', null, now(), 'webhook')`
  await sql`insert into profiles (user_id, bio) values ('user_inferred', 'x'), ('user_here', 'y')`
  const [old, recent, here, own] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
  await sql`insert into posts (id, author_id, body, deleted_at) values
    (${old}, 'user_old', 'erase me', null), (${recent}, 'user_new', 'not yet', null), (${here}, 'user_here', 'stay', null),
    (${own}, 'user_here', 'deleted long ago', now() - interval '31 days')`
  await sql`insert into likes (post_id, user_id) values (${here}, 'user_old'), (${here}, 'user_here')`
  await sql`insert into mentions (post_id, user_id) values (${here}, 'user_old'), (${own}, 'user_here'), (${recent}, 'user_here')`
  await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome) values
    ('msg_old', now() - interval '40 days', now() - interval '31 days', 'applied'),
    ('msg_replayed', now() - interval '40 days', now() - interval '1 day', 'applied')`

  expect(await eraseExpired(mirror.db, 30)).toEqual({ erased: { posts: 2, likes: 1, mentions: 2, profiles: 1, names: 0, events: 1, refusals: 0, hours: 0 }, failed: [] })
  expect(await sql`select id, body from posts where body is not null order by body`).toMatchObject([{ body: 'not yet' }, { body: 'stay' }])
  expect(await sql`select id from users`).toHaveLength(4)
  expect(await eraseExpired(mirror.db, 30)).toEqual({ erased: { posts: 0, likes: 0, mentions: 0, profiles: 0, names: 0, events: 0, refusals: 0, hours: 0 }, failed: [] })
})

it('a locked row and a step that fails stop nothing else', async () => {
  const sql = mirror.db.$client
  await sql`truncate users, webhook_events cascade`
  await sql`insert into users (id, deleted_at, synced_at, synced_by) values ('user_old', now() - interval '31 days', now(), 'webhook')`
  const ids = [uuidv7(), uuidv7(), uuidv7()]
  for (const id of ids) await sql`insert into posts (id, author_id, body) values (${id}, 'user_old', 'erase me')`
  await sql`insert into likes (post_id, user_id) values (${ids[0] ?? ''}, 'user_old')`
  await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome) values ('msg_old', now() - interval '40 days', now() - interval '31 days', 'applied')`
  const holder = openDatabase(mirror.databaseUrl, { max: 1 })
  await holder.$client.begin(async (held) => {
    await held`select 1 from posts where id = ${ids[0] ?? ''} for update`
    await held`lock table likes in exclusive mode`
    const { erased, failed } = await eraseExpired(mirror.db, 30)
    expect(erased).toMatchObject({ posts: 2, likes: 0, events: 1 })
    expect(failed.map(({ step }) => step)).toEqual(['likes'])
  }).finally(() => closeDatabase(holder))
  expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { posts: 1, likes: 1, events: 0 }, failed: [] })
})
