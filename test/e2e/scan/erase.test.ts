import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { EVENTS_AT_MOST } from '#db/queries/erase.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { eraseExpired } from '#server/sync/erase.ts'
import type { News } from '#server/sync/news.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
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
  await sql`insert into restrictions (user_id, other_id, kind) values ('user_here', 'user_old', 'block'), ('user_inferred', 'user_here', 'mute'), ('user_here', 'user_new', 'mute')`
  const [about, other] = [uuidv7(), uuidv7()]
  await sql`insert into report_cases (id, user_id) values (${about}, 'user_old'), (${other}, 'user_here')`
  await sql`insert into reports (case_id, reporter_id, reason, note) values (${about}, 'user_here', 'spam', 'erase'), (${other}, 'user_inferred', 'spam', 'erase'), (${other}, 'user_new', 'spam', 'stay')`
  await sql`insert into report_decisions (id, case_id, decided_by, action, note) values (${uuidv7()}, ${about}, 'user_here', 'dismiss', 'erase'), (${uuidv7()}, ${other}, 'user_here', 'dismiss', 'stay')`
  await sql`insert into notifications (post_id, user_id, kind, at, liker_id) values
    (${here}, 'user_old', 'mention', now() - interval '40 days', null), (${old}, 'user_here', 'mention', now(), null), (${own}, 'user_here', 'like', now(), null),
    (${recent}, 'user_here', 'mention', now() - interval '89 days', null), (${recent}, 'user_old', 'reply', now() - interval '91 days', null),
    (${here}, 'user_here', 'like', now(), 'user_old')`
  await sql`insert into notification_marks (user_id, seen_at) values ('user_old', now()), ('user_here', now())`
  await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome) values
    ('msg_old', now() - interval '40 days', now() - interval '31 days', 'applied'),
    ('msg_replayed', now() - interval '40 days', now() - interval '1 day', 'applied')`

  expect(await eraseExpired(mirror.db, 30)).toEqual({ erased: { posts: 2, likes: 1, mentions: 2, notifications: 5, profiles: 1, restrictions: 2, notes: 3, names: 0, events: 1, refusals: 0, hours: 0 }, failed: [] })
  expect(await sql`select id, body from posts where body is not null order by body`).toMatchObject([{ body: 'not yet' }, { body: 'stay' }])
  expect(await sql`select id from users`).toHaveLength(4)
  expect(await sql`select note from reports union all select note from report_decisions order by note`).toEqual([{ note: 'stay' }, { note: 'stay' }, ...Array.from({ length: 3 }, () => ({ note: null }))])
  expect(await sql`select other_id from restrictions`).toEqual([{ other_id: 'user_new' }])
  expect(await sql`select post_id, user_id, liker_id from notifications order by at`).toEqual([{ post_id: recent, user_id: 'user_here', liker_id: null }, { post_id: here, user_id: 'user_here', liker_id: null }])
  expect(await sql`select user_id from notification_marks`).toEqual([{ user_id: 'user_here' }])
  expect(await eraseExpired(mirror.db, 30)).toEqual({ erased: { posts: 0, likes: 0, mentions: 0, notifications: 0, profiles: 0, restrictions: 0, notes: 0, names: 0, events: 0, refusals: 0, hours: 0 }, failed: [] })
})

it('keeps no more events than fit, to the hour, however few days they are old, and reads each once', async () => {
  const sql = mirror.db.$client
  await sql`truncate webhook_events, event_hours`
  const hoursAgo = (hours: number) => sql`date_trunc('hour', now(), 'UTC') - make_interval(hours => ${hours})`
  const half = EVENTS_AT_MOST * 0.6
  for (const hours of [2, 4, 6]) await sql`insert into event_hours (hour, applied, stale, ignored, rejected, failed) values (${hoursAgo(hours)}, ${half}, 0, 0, 0, 0)`
  for (const hours of [1, 3, 4]) await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome) values (${`kept_${hours}`}, now(), ${hoursAgo(hours)}, 'applied')`
  await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome) select 'old_' || i, now(), ${hoursAgo(5)} + i * interval '1 ms', 'applied' from generate_series(1, 5000) as i`
  await sql`analyze webhook_events`
  const read = async () => {
    await sql`select pg_stat_force_next_flush()`
    const [row] = await sql`select idx_tup_read::int as rows from pg_stat_user_indexes where indexrelname = 'webhook_events_received_idx'`
    return Number(row?.rows)
  }
  // A snapshot from before, such as that of a backup, keeps what is erased in the index.
  const backup = openDatabase(mirror.databaseUrl, { max: 1 })
  await backup.$client.begin('isolation level repeatable read', async (held) => {
    await held`select count(*) from webhook_events`
    const before = await read()
    expect((await eraseExpired(mirror.db, 30)).erased.events).toBe(5_000)
    expect(await read() - before).toBeLessThan(6_000)
  })
  await closeDatabase(backup)
  expect(await sql`select id from webhook_events order by id`).toMatchObject([{ id: 'kept_1' }, { id: 'kept_3' }, { id: 'kept_4' }])
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

describe('a user name that others wrote as plain text', () => {
  const sql = () => mirror.db.$client
  const write = async (body: string, author = 'user_ben') => {
    const id = uuidv7()
    expect(await insertPost(mirror.db, { id, authorId: author, parentId: null, body })).toBe(true)
    return async () => (await sql()`select body from posts where id = ${id}`)[0]?.body
  }
  const deletion = (userId: string): News => ({ kind: 'delete', userId, event: { id: `msg_${userId}`, type: 'user.deleted', userId, occurredAt: new Date().toISOString(), receivedAt: performance.now() } })
  const monthLater = (id: string) => sql()`update users set deleted_at = now() - interval '31 days' where id = ${id}`

  beforeEach(async () => {
    await sql()`truncate users, webhook_events cascade`
    await sql()`insert into users (id, username, clerk_updated_at, synced_at, synced_by) values ('user_ada', 'Ada', now(), now(), 'webhook'), ('user_ben', 'ben', now(), now(), 'webhook')`
  })

  it('does not outlive the person, and other names and addresses stay', async () => {
    const plain = await write('Hi @ADA and (@ada.), not @adam, x@ada, @ada.com or https://example.com/@ada. @ben says hi to @ada')
    await applyNews(mirror.db, [deletion('user_ada')])
    const [tombstone] = await sql()`select username, username_hash from users where id = 'user_ada'`
    expect(tombstone).toMatchObject({ username: null, username_hash: expect.not.stringContaining('ada') })
    await eraseExpired(mirror.db, 30)
    expect(await plain()).toContain('@ADA')

    await monthLater('user_ada')
    expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { names: 1 }, failed: [] })
    expect(await plain()).toBe('Hi <@user_ada> and (<@user_ada>.), not @adam, x@ada, @ada.com or https://example.com/@ada. @ben says hi to <@user_ada>')
    expect(await sql()`select username_hash, erased_at is not null as erased from users where id = 'user_ada'`).toEqual([{ username_hash: null, erased: true }])
    expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { names: 0 }, failed: [] })
  })

  it('goes too where a text has no room for an id, and when a scan found the person gone', async () => {
    const body = `@ada ${'e'.repeat(400)}e${'\u0301'.repeat(3_796)}`
    const plain = await write(body)
    await applyNews(mirror.db, [{ kind: 'gone', userId: 'user_ada', source: 'scan', beganAt: new Date(Date.now() + 1_000).toISOString(), goneAt: new Date().toISOString() }])
    await monthLater('user_ada')
    expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { names: 1 }, failed: [] })
    expect(await plain()).toBe(body.replace('@ada', '@'))
  })

  it('takes their own mutes, blocks and notes along at once', async () => {
    await sql()`insert into restrictions (user_id, other_id, kind) values ('user_ada', 'user_ben', 'block'), ('user_ben', 'user_ada', 'mute')`
    const caseId = uuidv7()
    await sql()`insert into report_cases (id, user_id) values (${caseId}, 'user_ben')`
    await sql()`insert into reports (case_id, reporter_id, reason, note) values (${caseId}, 'user_ada', 'spam', 'I know him.')`
    await applyNews(mirror.db, [deletion('user_ada')])
    expect(await sql()`select reason, note from reports`).toEqual([{ reason: 'spam', note: null }])
    expect(await sql()`select user_id from restrictions`).toEqual([{ user_id: 'user_ben' }])
    await monthLater('user_ada')
    expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { restrictions: 1 }, failed: [] })
    expect(await sql()`select erased_at is not null as erased from users where id = 'user_ada'`).toEqual([{ erased: true }])
  })

  it('is erased again when someone came back and left again', async () => {
    await sql()`update users set erased_at = now() - interval '60 days', deleted_at = now() - interval '31 days' where id = 'user_ada'`
    await sql()`insert into profiles (user_id, bio) values ('user_ada', 'x')`
    expect(await eraseExpired(mirror.db, 30)).toMatchObject({ erased: { profiles: 1 }, failed: [] })
    expect(await sql()`select from profiles`).toEqual([])
  })
})
