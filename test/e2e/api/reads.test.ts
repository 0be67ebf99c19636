import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import { createQueryCounter } from '../support/query-counter.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const counter = createQueryCounter()
let rollcall: Rollcall
let root: string

beforeAll(async () => {
  rollcall = await startRollcall({ route: counter.route })
  const people = Array.from({ length: 30 }, (_, index) => rollcall.clerk.users.create({ firstName: `Person ${index}` }).id)
  await rollcall.clerk.deliveries.idle()
  root = uuidv7()
  for (const [index, authorId] of people.entries()) await insertPost(rollcall.db, { id: index === 0 ? root : uuidv7(), authorId, parentId: null, body: `By ${index}` })
  // A connection asks for its types once, when it is opened.
  for (let round = 0; round < 3; round++) await Promise.all([0, 1, 2, 3].map(() => rollcall.request(`/api/posts/${root}`)))
})
afterAll(async () => {
  await rollcall?.stop()
  counter.close()
})

it('a page of the feed is one statement, whatever the number of authors', async () => {
  for (const limit of [1, 30]) {
    counter.take()
    const { posts } = await (await rollcall.request(`/api/posts?limit=${limit}`)).json()
    expect(new Set(posts.map((post: { author: { id: string } }) => post.author.id)).size).toBe(limit)
    expect(counter.take()).toBe(1)
  }
})

it('a thread is three statements', async () => {
  const as = rollcall.clerk.users.list()[0]?.id
  counter.take()
  expect((await rollcall.request(`/api/posts/${root}`, { as })).status).toBe(200)
  expect(counter.take()).toBe(3)
})

it('guests who ask for the same wait for one read, and find it kept', async () => {
  const { posts: [, other] } = await (await rollcall.request('/api/posts?limit=2')).json()
  for (const [path, statements] of [['/api/posts?limit=3', 1], [`/api/posts/${other.id}`, 3], ['/', 1]] as const) {
    counter.take()
    await Promise.all(Array.from({ length: 20 }, () => rollcall.request(path)))
    await rollcall.request(path)
    expect(counter.take(), path).toBe(statements)
  }
})

it('no read asks Clerk, signed in or not', async () => {
  const [someone] = rollcall.clerk.users.list()
  const as = someone?.id ?? null
  rollcall.clerk.clearBackendRequests()
  for (const path of ['/', '/api/posts', `/api/posts/${root}`, `/posts/${root}`, `/users/${as}`, `/api/users/${as}`, '/api/me']) {
    for (const who of [null, as]) {
      const { status } = await rollcall.request(path, { as: who })
      expect(status, path).toBe(path === '/api/me' && who === null ? 401 : 200)
    }
  }
  // The keys that session tokens are signed with, read once a process, are no user data.
  expect(rollcall.clerk.backendRequests().filter(request => !request.path.startsWith('/v1/jwks'))).toEqual([])
})
