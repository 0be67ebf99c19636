import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunningApp } from '#scripts/lib/server.ts'
import type { LiveMessage } from '#shared/types/live.ts'
import { openEventStream } from '../support/event-stream.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let ada: string

beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2, env: { LIVE_STREAMS_PER_CLIENT: '3' } })
  ada = rollcall.clerk.users.create({ firstName: 'Ada', email: 'ada@example.com' }).id
  await rollcall.clerk.deliveries.idle()
})
afterAll(() => rollcall?.stop())

const [first, second] = [0, 1].map(index => () => rollcall.apps[index]?.url ?? '')
const write = (json: unknown) => rollcall.request('/api/posts', { as: ada, json }).then(answer => answer.json())

/** A member hears of everyone, a guest of those who are seen in posts. */
const asMember = async (app: RunningApp | undefined) => openEventStream(app?.url ?? '', await rollcall.clerk.session(ada, { azp: app?.url ?? '' }))
const [member1, member2] = [() => asMember(rollcall.apps[0]), () => asMember(rollcall.apps[1])]
const has = (id: string) => (message: LiveMessage) => message.type === 'users' && message.users.some(user => user.id === id)
const tells = (id: string) => (message: LiveMessage) => message.type === 'users' && (message.users.some(user => user.id === id) || message.hiddenIds.includes(id))

it('a rename that one instance received reaches the clients of the other, with what is public and no more', async () => {
  const stream = await member2()
  rollcall.clerk.users.update(ada, { lastName: 'Lind' })
  const message = await stream.next(({ type }) => type === 'users')
  expect(message).toEqual({ type: 'users', hiddenIds: [], users: [{ id: ada, name: 'Ada Lind', username: null, imageUrl: null, status: 'here', joinedAt: expect.any(String) }] })
  expect(stream.raw()).not.toContain('example.com')
  stream.close()
})

it('a post, a reply, a like and a deletion are told with their counts', async () => {
  const stream = await openEventStream(second?.() ?? '')
  const post = await write({ body: 'hello' })
  const isAbout = (id: string, fits: (change: { shown: boolean, replyCount: number, likeCount: number }) => boolean) =>
    stream.next(message => message.type === 'posts' && message.posts.some(change => change.id === id && fits(change)))
  await isAbout(post.id, change => change.shown)
  await write({ body: 'an answer', parentId: post.id })
  await isAbout(post.id, change => change.replyCount === 1)
  await rollcall.request(`/api/posts/${post.id}/like`, { as: ada, method: 'PUT' })
  await isAbout(post.id, change => change.likeCount === 1)
  await rollcall.request(`/api/posts/${post.id}`, { as: ada, method: 'DELETE' })
  await isAbout(post.id, change => !change.shown)
  expect(stream.raw()).not.toContain('hello')
  stream.close()
})

it('a ban and a deletion name whose posts are hidden', async () => {
  const ben = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  await rollcall.clerk.deliveries.idle()
  const stream = await member1()
  rollcall.clerk.users.setBanned(ben, true)
  await stream.next(message => message.type === 'users' && message.hiddenIds.includes(ben))
  rollcall.clerk.users.delete(ben)
  await stream.next(message => message.type === 'users' && message.users.some(user => user.id === ben && user.status === 'gone'))
  stream.close()
})

it('a guest hears only of people who are seen in posts', async () => {
  const [author, mentioned, silent, hidden] = ['Author', 'Mentioned', 'Silent', 'Hidden'].map(firstName => rollcall.clerk.users.create({ firstName }).id) as [string, string, string, string]
  await rollcall.clerk.deliveries.idle()
  await rollcall.request('/api/posts', { as: author, json: { body: `Of <@${mentioned}>.` } })
  await rollcall.request('/api/posts', { as: hidden, json: { body: `Of <@${silent}>.` } })
  rollcall.clerk.users.setBanned(hidden, true)
  await rollcall.clerk.deliveries.idle()

  const [guest, member] = [await openEventStream(first?.() ?? ''), await member1()]
  const rename = (id: string) => rollcall.clerk.users.update(id, { lastName: 'Renamed' })
  for (const id of [silent, hidden, mentioned, author]) rename(id)
  for (const id of [author, mentioned, silent, hidden]) await member.next(has(id))
  for (const id of [author, mentioned]) await guest.next(has(id))
  expect(guest.raw()).not.toContain('Silent')
  expect(guest.raw()).not.toContain('Hidden')

  // What a guest sees of them changes: the posts go, and come back.
  rollcall.clerk.users.setBanned(author, true)
  await guest.next(message => message.type === 'users' && message.hiddenIds.includes(author))
  rollcall.clerk.users.delete(silent)
  await member.next(message => message.type === 'users' && message.hiddenIds.includes(silent))
  rollcall.clerk.users.delete(author)
  await guest.next(message => message.type === 'users' && message.users.some(user => user.id === author && user.status === 'gone'))
  expect(guest.messages.some(tells(silent))).toBe(false)
  for (const stream of [guest, member]) stream.close()
})

it('newcomers are named to a guest once they are seen in a post, to a member at once', async () => {
  const newest = async (as: string | null) => (await (await rollcall.request('/api/users/recent', { as })).json()).users[0]?.name
  const zoe = rollcall.clerk.users.create({ firstName: 'Zoe' }).id
  await rollcall.clerk.deliveries.idle()
  expect(await newest(ada)).toBe('Zoe')
  expect(await newest(null)).not.toBe('Zoe')
  await rollcall.request('/api/posts', { as: zoe, json: { body: 'Hello.' } })
  expect(await newest(null)).toBe('Zoe')
})

it('an import of many is told as "catch up", and a longer one no more than once in ten seconds', async () => {
  const stream = await member1()
  const catchUps = () => stream.messages.filter(({ type }) => type === 'catch-up')
  const admin = rollcall.clerk.users.create({ publicMetadata: { role: 'admin' } }, { silent: true }).id
  const reconcile = async () => expect((await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })).status).toBe(202)
  const running = async () => (await rollcall.db.$client`select id from sync_runs where finished_at is null`).length

  for (let index = 0; index < 300; index++) rollcall.clerk.users.create({ firstName: `Many ${index}` }, { silent: true })
  await reconcile()
  expect(await stream.next(({ type }) => type === 'catch-up')).toEqual({ type: 'catch-up', withinMs: 1_000 })
  expect(stream.messages.filter(({ type }) => type === 'users')).toEqual([])
  await expect.poll(running).toBe(0)

  const began = performance.now()
  rollcall.clerk.users.import({ count: 5_000 })
  await reconcile()
  await expect.poll(running, { timeout: 30_000 }).toBe(0)
  expect(catchUps().length).toBeLessThanOrEqual(2 + Math.floor((performance.now() - began) / 10_000))
  stream.close()
})

it('when the LISTEN connection was cut, everyone is told to catch up, and is followed again', async () => {
  const stream = await member1()
  const admin = postgres(rollcall.databaseUrl, { max: 1 })
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`
  await admin.end()
  await stream.next(({ type }) => type === 'catch-up', 15_000)
  rollcall.clerk.users.update(ada, { lastName: 'Again' })
  await stream.next(message => message.type === 'users' && message.users.some(user => user.name === 'Ada Again'))
  stream.close()
})

it('one address may open so many streams and no more', async () => {
  const streams = await Promise.all([1, 2, 3].map(() => openEventStream(second?.() ?? '')))
  expect((await fetch(`${second?.()}/api/live`)).status).toBe(429)
  streams.forEach(stream => stream.close())
})

it('an open stream does not hold up the end of the process', async () => {
  const stream = await openEventStream(second?.() ?? '')
  const began = performance.now()
  await rollcall.apps[1]?.stop()
  expect(performance.now() - began).toBeLessThan(1_000)
  await stream.ended
})
