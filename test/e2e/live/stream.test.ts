import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

it('a rename that one instance received reaches the clients of the other, with what is public and no more', async () => {
  const stream = await openEventStream(second?.() ?? '')
  rollcall.clerk.users.update(ada, { lastName: 'Lind' })
  const message = await stream.next(({ type }) => type === 'users')
  expect(message).toEqual({ type: 'users', hiddenIds: [], users: [{ id: ada, name: 'Ada Lind', username: null, imageUrl: null, status: 'here' }] })
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
  const stream = await openEventStream(first?.() ?? '')
  rollcall.clerk.users.setBanned(ben, true)
  await stream.next(message => message.type === 'users' && message.hiddenIds.includes(ben))
  rollcall.clerk.users.delete(ben)
  await stream.next(message => message.type === 'users' && message.users.some(user => user.id === ben && user.status === 'gone'))
  stream.close()
})

it('an import of many is told as "catch up"', async () => {
  const stream = await openEventStream(first?.() ?? '')
  for (let index = 0; index < 300; index++) rollcall.clerk.users.create({ firstName: `Many ${index}` }, { silent: true })
  const answer = await rollcall.request('/api/admin/reconcile', { as: rollcall.clerk.users.create({ publicMetadata: { role: 'admin' } }, { silent: true }).id, json: {} })
  expect(answer.status).toBe(202)
  await stream.next(({ type }) => type === 'catch-up')
  expect(stream.messages.filter(({ type }) => type === 'users')).toEqual([])
  stream.close()
})

it('when the LISTEN connection was cut, everyone is told to catch up, and is followed again', async () => {
  const stream = await openEventStream(first?.() ?? '')
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
