import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import * as v from 'valibot'
import { CHANGES_CHANNEL } from '#db/queries/channel.ts'
import { databaseNow } from '#db/queries/state.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import type { News } from '#server/sync/news.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

/** So many ms after the beginning. */
const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString()
const ann = {
  ...v.parse(ClerkUser, { id: 'user_ann', username: 'ann', first_name: 'Ann', last_name: 'Onym', created_at: Date.parse(at(0)), updated_at: Date.parse(at(0)) }),
  email: 'ann@example.com',
}
const Payload = v.strictObject({ users: v.array(v.string()) })

let mirror: Mirror
let heard: string[] = []
beforeAll(async () => {
  mirror = await startMirror()
  await mirror.db.$client.listen(CHANGES_CHANNEL, payload => void heard.push(payload))
})
afterAll(() => mirror?.stop())
beforeEach(async () => {
  await mirror.db.$client`truncate users, webhook_events cascade`
  await apply(signed(ann))
  await told()
})

let events = 0
const signed = (user: ClerkUser, occurredAt = user.clerkUpdatedAt, id = `msg_${++events}`): News =>
  ({ kind: 'user', user, event: { id, type: 'user.updated', userId: user.id, occurredAt, receivedAt: performance.now() } })
const apply = (...news: News[]) => applyNews(mirror.db, news)

/** What was notified since the last call. A notice of our own comes after all that were sent before it. */
async function told(): Promise<string[]> {
  const mark = `mark ${Math.random()}`
  await mirror.db.$client.notify(CHANGES_CHANNEL, mark)
  while (!heard.includes(mark)) await sleep(2)
  const payloads = heard.filter(payload => payload !== mark)
  heard = []
  return payloads
}

const row = async () => (await mirror.db.$client`select xmin::text, synced_at, clerk_updated_at, clerk_event_at, last_sign_in_at, first_name from users where id = ${ann.id}`)[0]

it('a batch of 100 users with the longest ids is told in payloads under 8,000 bytes, ids and nothing else', async () => {
  const people = Array.from({ length: 100 }, (_, index): ClerkUser => ({ ...ann, id: `user_${String(index).padStart(3, '0')}`.padEnd(64, 'x') }))
  await apply(...people.map(user => signed(user)))
  const payloads = await told()
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000)
  expect(payloads.flatMap(payload => v.parse(Payload, JSON.parse(payload)).users).sort()).toEqual(people.map(({ id }) => id))
})

const visible: [string, Partial<ClerkUser>][] = [
  ['name', { firstName: 'Bea' }], ['username', { username: 'bea' }], ['picture', { imageUrl: 'https://img.example.com/1' }], ['ban', { banned: true }],
]
it.each(visible)('a change of the %s is told', async (_what, change) => {
  await apply(signed({ ...ann, ...change, clerkUpdatedAt: at(1) }))
  expect((await told()).map(payload => v.parse(Payload, JSON.parse(payload)))).toEqual([{ users: [ann.id] }])
})

it('a delete is told, once', async () => {
  const gone = (id: string): News => ({ kind: 'delete', userId: ann.id, event: { id, type: 'user.deleted', userId: ann.id, occurredAt: at(1), receivedAt: performance.now() } })
  await apply(gone('msg_delete'))
  expect(await told()).toHaveLength(1)
  await apply(gone('msg_delete'))
  await apply(gone('msg_delete_again'))
  expect(await told()).toEqual([])
})

const unseen: [string, Partial<ClerkUser>][] = [['equal content', {}], ['another e-mail', { email: 'new@example.com' }], ['a sign-in', { lastSignInAt: at(1) }]]
it.each(unseen)('newer news with %s advances the version and tells no one', async (_what, change) => {
  const before = await row()
  expect(await apply(signed({ ...ann, ...change, clerkUpdatedAt: at(1) }, at(2)))).toEqual([{ outcome: 'applied', reason: null, written: true, unsettled: false }])
  const after = await row()
  expect(after?.xmin).not.toBe(before?.xmin)
  expect([after?.clerk_updated_at, after?.clerk_event_at].map(time => new Date(String(time)).toISOString())).toEqual([at(1), at(2)])
  expect(await told()).toEqual([])
})

it('equal content advanced the version, so what happened between is stale', async () => {
  await apply(signed({ ...ann, clerkUpdatedAt: at(2) }))
  expect(await apply(signed({ ...ann, firstName: 'Between', clerkUpdatedAt: at(1) }))).toEqual([{ outcome: 'stale', reason: 'older', written: false, unsettled: false }])
  expect(await row()).toMatchObject({ first_name: 'Ann' })
})

it('the very same news writes nothing and tells no one, by the same event or another, or by a read', async () => {
  const before = await row()
  const again = signed(ann)
  for (const news of [again, again, signed(ann)]) expect(await apply(news)).toEqual([{ outcome: 'applied', reason: null, written: false, unsettled: false }])
  await sleep(2)
  for (const source of ['scan', 'request'] as const) {
    expect(await apply({ kind: 'read', user: ann, source, by: source === 'request' ? 'id' : 'list', beganAt: await databaseNow(mirror.db) })).toMatchObject([{ written: false, unsettled: false }])
  }
  expect(await row()).toEqual(before)
  expect(await told()).toEqual([])
})

it('one piece that Postgres refuses fails alone', async () => {
  const people = Array.from({ length: 9 }, (_, index): ClerkUser => ({ ...ann, id: `user_${index}`, lastName: index === 4 ? 'a\0b' : null }))
  const results = await apply(...people.map(user => signed(user)))
  expect(results.map(result => result instanceof Error ? 'refused' : result.outcome)).toEqual(people.map((_, index) => index === 4 ? 'refused' : 'applied'))
  expect(await mirror.db.$client`select count(*)::int as count from users`).toEqual([{ count: 9 }])
})
