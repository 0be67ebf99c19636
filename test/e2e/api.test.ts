import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rollcall } from './support/rollcall.ts'
import { startRollcall } from './support/rollcall.ts'

let rollcall: Rollcall
let ada: string
let ben: string

beforeAll(async () => {
  rollcall = await startRollcall()
  ada = rollcall.clerk.users.create({ firstName: 'Ada', lastName: 'Lind', username: 'ada', email: 'ada@example.com', publicMetadata: { role: 'admin' } }).id
  ben = rollcall.clerk.users.create({ firstName: 'Ben', email: 'ben@example.com' }).id
  await rollcall.clerk.deliveries.idle()
})
afterAll(() => rollcall?.stop())

const post = (as: string | null, json: unknown) => rollcall.request('/api/posts', { as, json })
const json = async (response: Promise<Response>) => (await response).json()
const countPosts = async () => Number((await rollcall.db.$client`select count(*) as n from posts`)[0]?.n)

describe('posts', () => {
  it('a post is written, answered 201, and listed with its author from the local table', async () => {
    const answer = await post(ada, { body: '  Hello,\r\nworld  ' })
    expect(answer.status).toBe(201)
    const written = await answer.json()
    expect(written).toMatchObject({ body: 'Hello,\nworld', parentId: null, replyCount: 0, likedByMe: false, author: { id: ada, name: 'Ada Lind', username: 'ada', status: 'here' } })
    expect((await json(rollcall.request('/api/posts'))).posts[0]).toEqual(written)
  })

  it.each([
    ['an empty body', { body: '' }],
    ['a blank body', { body: ' \n ' }],
    ['501 characters', { body: 'x'.repeat(501) }],
    ['a NUL', { body: 'a\0b' }],
    ['no body', {}],
    ['a number', { body: 5 }],
    ['a parent that is no id', { body: 'x', parentId: 'nope' }],
  ])('%s is 400, says what to do, and stores nothing', async (_what, input) => {
    const before = await countPosts()
    const answer = await post(ada, input)
    expect(answer.status).toBe(400)
    expect((await answer.json()).message).toMatch(/\w/)
    expect(await countPosts()).toBe(before)
  })

  it('500 characters are counted as people count them', async () => {
    expect((await post(ada, { body: '👩‍👩‍👧‍👦'.repeat(300) })).status).toBe(201)
    expect((await post(ada, { body: 'é'.repeat(500) })).status).toBe(201)
  })

  it.each([
    ['JSON that is not JSON', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['another content type', { body: '{"body":"x"}', headers: { 'content-type': 'text/plain' } }, 415],
    ['a body of 100 KiB', { json: { body: 'x'.repeat(100 * 1024) } }, 413],
  ])('%s is refused', async (_what, options, status) => {
    const answer = await rollcall.request('/api/posts', { as: ada, ...options })
    expect(answer.status).toBe(status)
  })

  it('a guest cannot write', async () => {
    expect((await post(null, { body: 'x' })).status).toBe(401)
  })

  it('a reply to a post that is not there is 404', async () => {
    expect((await post(ada, { body: 'x', parentId: '01900000-0000-7000-8000-000000000000' })).status).toBe(404)
  })

  it('is deleted by its author or an admin alone, and its replies keep their place', async () => {
    const root = await json(post(ben, { body: 'root' }))
    const reply = await json(post(ada, { body: 'reply', parentId: root.id }))
    const remove = (as: string | null) => rollcall.request(`/api/posts/${root.id}`, { as, method: 'DELETE' })
    const cleo = rollcall.clerk.users.create({ firstName: 'Cleo' }).id
    expect((await remove(null)).status).toBe(401)
    expect((await remove(cleo)).status).toBe(403)
    expect((await remove(ben)).status).toBe(204)
    expect((await remove(ada)).status).toBe(204)
    const thread = await json(rollcall.request(`/api/posts/${reply.id}`))
    expect(thread.ancestors).toMatchObject([{ id: root.id, body: null }])
    expect((await json(rollcall.request('/api/posts'))).posts.map((one: { id: string }) => one.id)).not.toContain(root.id)
  })

  it('comes back for who deleted it, and for nobody else', async () => {
    const written = await json(post(ben, { body: 'back in a moment' }))
    const call = (as: string | null, path = '', method = 'DELETE') => rollcall.request(`/api/posts/${written.id}${path}`, { as, method })
    const restore = (as: string | null) => call(as, '/restore', 'POST')
    const listed = async () => (await json(rollcall.request('/api/posts'))).posts.some((one: { id: string }) => one.id === written.id)

    expect((await call(ben)).status).toBe(204)
    expect(await rollcall.db.$client`select deleted_by from posts where id = ${written.id}`).toEqual([{ deleted_by: ben }])
    expect([(await restore(null)).status, (await restore(ada)).status, await listed()]).toEqual([401, 403, false])
    expect(await json(restore(ben))).toEqual(written)
    expect([(await restore(ben)).status, await listed()]).toEqual([200, true])

    expect((await call(ada)).status).toBe(204)
    const refused = await restore(ben)
    expect([refused.status, (await refused.json()).message]).toEqual([403, expect.stringContaining('Ask an admin')])
    expect((await restore(ada)).status).toBe(200)
    expect((await rollcall.request('/api/posts/01900000-0000-7000-8000-000000000000/restore', { as: ben, method: 'POST' })).status).toBe(404)
  })

  it.each([
    ['after five minutes', (id: string) => rollcall.db.$client`update posts set deleted_at = now() - interval '301 seconds' where id = ${id}`],
    ['once its words are erased', (id: string) => rollcall.db.$client`update posts set body = null where id = ${id}`],
    ['while its author is banned', async () => {
      rollcall.clerk.users.setBanned(ben, true)
      await rollcall.clerk.deliveries.idle()
    }],
  ])('does not come back %s', async (_when, change) => {
    const { id } = await json(post(ben, { body: 'gone for good' }))
    await rollcall.request(`/api/posts/${id}`, { as: ada, method: 'DELETE' })
    await change(id)
    expect((await rollcall.request(`/api/posts/${id}/restore`, { as: ada, method: 'POST' })).status).toBe(403)
    rollcall.clerk.users.setBanned(ben, false)
    await rollcall.clerk.deliveries.idle()
  })

  it('sent again with its key is the same post, also when both come at once', async () => {
    const key = crypto.randomUUID()
    const before = await countPosts()
    const answers = await Promise.all([1, 2, 3].map(() => post(ada, { body: 'once', key })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201])
    const posts = await Promise.all(answers.map(answer => answer.json()))
    expect(new Set(posts.map(({ id }) => id)).size).toBe(1)
    expect(await countPosts()).toBe(before + 1)

    expect((await post(ben, { body: 'once', key })).status).toBe(201)
    await rollcall.request(`/api/posts/${posts[0].id}`, { as: ada, method: 'DELETE' })
    expect((await post(ada, { body: 'once', key })).status).toBe(409)
    expect((await post(ada, { body: 'x', key: 'mine' })).status).toBe(400)
  })

  it('does not say whom it mentioned once it is deleted', async () => {
    const root = await json(post(ben, { body: 'Hello @ada' }))
    expect(root.mentions).toMatchObject([{ id: ada }])
    const reply = await json(post(ada, { body: 'reply', parentId: root.id }))
    await rollcall.request(`/api/posts/${root.id}`, { as: ben, method: 'DELETE' })
    expect((await json(rollcall.request(`/api/posts/${reply.id}`))).ancestors).toMatchObject([{ id: root.id, body: null, mentions: [] }])
  })

  it('is liked once, however often it is asked', async () => {
    const { id } = await json(post(ada, { body: 'like me' }))
    const like = (method: string) => json(rollcall.request(`/api/posts/${id}/like`, { as: ben, method }))
    expect(await like('PUT')).toEqual({ likeCount: 1, likedByMe: true })
    expect(await like('PUT')).toEqual({ likeCount: 1, likedByMe: true })
    expect(await like('DELETE')).toEqual({ likeCount: 0, likedByMe: false })
    expect(await like('DELETE')).toEqual({ likeCount: 0, likedByMe: false })
  })
})

describe('paging', () => {
  it('walks all posts once, whatever is written meanwhile', async () => {
    for (let index = 0; index < 25; index++) await post(ada, { body: `page ${index}` })
    const all = new Set((await rollcall.db.$client`select p.id from posts p where parent_id is null and deleted_at is null`).map(row => row.id))
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: { posts: { id: string }[], nextCursor: string | null } = await json(rollcall.request(`/api/posts?limit=7${cursor ? `&cursor=${cursor}` : ''}`))
      seen.push(...page.posts.map(one => one.id))
      cursor = page.nextCursor
      await post(ben, { body: 'written meanwhile' })
    } while (cursor)
    expect(new Set(seen)).toEqual(all)
    expect(seen).toHaveLength(all.size)
  })

  it('walks the replies of a post, the first 50 with it', async () => {
    const root = await json(post(ada, { body: 'many replies' }))
    for (let index = 0; index < 55; index++) await post(ben, { body: `reply ${index}`, parentId: root.id })
    const thread = await json(rollcall.request(`/api/posts/${root.id}`))
    expect(thread.replies).toHaveLength(50)
    const bodies = thread.replies.map((one: { body: string }) => one.body)
    let cursor = thread.repliesCursor
    while (cursor) {
      const page = await json(rollcall.request(`/api/posts/${root.id}/replies?limit=3&cursor=${cursor}`))
      bodies.push(...page.posts.map((one: { body: string }) => one.body))
      cursor = page.nextCursor
    }
    expect(bodies).toEqual(Array.from({ length: 55 }, (_, index) => `reply ${index}`))
    expect((await json(rollcall.request(`/api/posts/${thread.replies[0].id}`))).repliesCursor).toBeNull()
  })

  it.each(['abc', 'WyJhIiwiYiJd', 'W10', '%00', 'WyIyMDI2LTExLTIxVDAzOjQ5OjMzLjk0M1oiLCJub3QgYSB1dWlkIl0'])('the cursor %s is not ours: 400', async (cursor) => {
    expect((await rollcall.request(`/api/posts?cursor=${cursor}`)).status).toBe(400)
  })

  it.each(['0', '101', 'many', '-1', '1.5'])('the limit %s is 400', async (limit) => {
    expect((await rollcall.request(`/api/posts?limit=${limit}`)).status).toBe(400)
  })
})

describe('people', () => {
  it('a profile shows what is public and nothing else', async () => {
    await rollcall.request('/api/me/profile', { as: ben, method: 'PATCH', json: { bio: 'Bikes.', country: 'PT', birthday: '1990-02-03' } })
    const profile = await json(rollcall.request(`/api/users/${ben}`))
    expect(profile).toMatchObject({ id: ben, name: 'Ben', bio: 'Bikes.', country: 'PT', status: 'here' })
    expect(Object.keys(profile).sort()).toEqual(['banned', 'bio', 'country', 'id', 'imageUrl', 'joinedAt', 'name', 'status', 'username'])
    expect(JSON.stringify(await json(rollcall.request('/api/posts')))).not.toContain('example.com')
  })

  it('an unknown user is 404 and an id that is none is 400', async () => {
    expect((await rollcall.request('/api/users/user_unknown')).status).toBe(404)
    expect((await rollcall.request('/api/users/a%20b')).status).toBe(400)
  })

  it('what a person keeps here survives what Clerk says', async () => {
    rollcall.clerk.users.update(ben, { firstName: 'Benjamin' })
    await rollcall.clerk.deliveries.idle()
    expect(await json(rollcall.request('/api/me', { as: ben }))).toMatchObject({ status: 'here', user: { name: 'Benjamin' }, profile: { bio: 'Bikes.', country: 'PT', birthday: '1990-02-03' }, isAdmin: false })
  })

  it.each([{ country: 'Portugal' }, { birthday: '2999-01-01' }, { birthday: '1990-02-31' }, { bio: 'x'.repeat(301) }])('%j is refused', async (patch) => {
    expect((await rollcall.request('/api/me/profile', { as: ben, method: 'PATCH', json: patch })).status).toBe(400)
  })
})

describe('someone whose webhook has not come', () => {
  it('is pending on a read, and read from Clerk once on the first write', async () => {
    rollcall.clerk.deliveries.pause()
    const dana = rollcall.clerk.users.create({ firstName: 'Dana', email: 'dana@example.com' }).id
    rollcall.clerk.clearBackendRequests()
    expect(await json(rollcall.request('/api/me', { as: dana }))).toEqual({ status: 'pending', userId: dana })
    expect(rollcall.clerk.backendRequests()).toEqual([])

    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => post(dana, { body: `first ${index}` })))
    expect(answers.map(answer => answer.status)).toEqual(Array.from({ length: 10 }, () => 201))
    expect(rollcall.clerk.backendRequests().map(request => request.path)).toEqual([`/v1/users/${dana}`])
    expect(await json(rollcall.request('/api/me', { as: dana }))).toMatchObject({ status: 'here', user: { name: 'Dana' } })

    rollcall.clerk.deliveries.resume()
    await rollcall.clerk.deliveries.idle()
    expect(await rollcall.db.$client`select synced_by, first_name from users where id = ${dana}`).toMatchObject([{ first_name: 'Dana', synced_by: 'webhook' }])
  })

  it('can ask Clerk directly, when the webhook takes too long', async () => {
    rollcall.clerk.deliveries.pause()
    const hana = rollcall.clerk.users.create({ firstName: 'Hana' }).id
    const ask = () => rollcall.request('/api/me/provision', { as: hana, method: 'POST' })
    rollcall.clerk.faults.set({ backend: { status: 500 } })
    expect((await ask()).status).toBe(502)
    rollcall.clerk.faults.clear()
    expect(await json(ask())).toMatchObject({ status: 'here', user: { name: 'Hana' } })
    expect((await json(rollcall.request('/api/users/recent'))).users[0]).toMatchObject({ id: hana, name: 'Hana' })
    rollcall.clerk.deliveries.resume()
    await rollcall.clerk.deliveries.idle()
  })

  it('can write while Clerk is out of reach, and is filled by the next news', async () => {
    rollcall.clerk.deliveries.pause()
    const eve = rollcall.clerk.users.create({ firstName: 'Eve' }).id
    rollcall.clerk.faults.set({ backend: { status: 500 } })
    expect((await post(eve, { body: 'anyone there?' })).status).toBe(201)
    expect(await json(rollcall.request('/api/me', { as: eve }))).toEqual({ status: 'pending', userId: eve })
    rollcall.clerk.faults.clear()
    rollcall.clerk.deliveries.resume()
    await rollcall.clerk.deliveries.idle()
    expect((await json(rollcall.request('/api/posts'))).posts[0]).toMatchObject({ body: 'anyone there?', author: { name: 'Eve', status: 'here' } })
  })
})

describe('the deleted and the banned', () => {
  it('a deleted person cannot write, and their posts are gone at once', async () => {
    const finn = rollcall.clerk.users.create({ firstName: 'Finn' }).id
    await rollcall.clerk.deliveries.idle()
    await post(finn, { body: 'soon gone' })
    const token = await rollcall.clerk.session(finn, { azp: rollcall.app.url })
    rollcall.clerk.users.delete(finn)
    await rollcall.clerk.deliveries.idle()
    const answer = await fetch(`${rollcall.app.url}/api/posts`, { method: 'POST', headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }, body: '{"body":"still here"}' })
    expect(answer.status).toBe(403)
    expect(JSON.stringify(await json(rollcall.request('/api/posts')))).not.toContain('soon gone')
    expect(await json(rollcall.request(`/api/users/${finn}`))).toMatchObject({ status: 'gone', name: 'deleted user', imageUrl: null })
  })

  it('a banned person cannot write, and their posts come back with the end of the ban', async () => {
    const gil = rollcall.clerk.users.create({ firstName: 'Gil' }).id
    await rollcall.clerk.deliveries.idle()
    await post(gil, { body: 'hidden for a while' })
    const token = await rollcall.clerk.session(gil, { azp: rollcall.app.url })
    rollcall.clerk.users.setBanned(gil, true)
    await rollcall.clerk.deliveries.idle()
    const answer = await fetch(`${rollcall.app.url}/api/posts`, { method: 'POST', headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }, body: '{"body":"x"}' })
    expect(answer.status).toBe(403)
    expect(JSON.stringify(await json(rollcall.request('/api/posts')))).not.toContain('hidden for a while')
    rollcall.clerk.users.setBanned(gil, false)
    await rollcall.clerk.deliveries.idle()
    expect(JSON.stringify(await json(rollcall.request('/api/posts')))).toContain('hidden for a while')
  })
})

describe('the admin API', () => {
  it.each([['a guest', null, 401], ['a member', 'ben', 403], ['an admin', 'ada', 200]])('answers %s with the right status', async (_who, name, status) => {
    const as = name === 'ada' ? ada : name === 'ben' ? ben : null
    expect((await rollcall.request('/api/admin/users', { as })).status).toBe(status)
  })

  it('a session made for another origin is a guest\'s', async () => {
    const token = await rollcall.clerk.session(ada, { azp: 'https://elsewhere.example' })
    const answer = await fetch(`${rollcall.app.url}/api/admin/users`, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(401)
  })

  it.each(['joined', 'name', 'synced'])('sorts by %s and pages through everyone once, both ways', async (sort) => {
    for (const order of ['asc', 'desc']) {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page: { users: { id: string }[], nextCursor: string | null } = await json(rollcall.request(`/api/admin/users?sort=${sort}&order=${order}&limit=2${cursor ? `&cursor=${cursor}` : ''}`, { as: ada }))
        seen.push(...page.users.map(user => user.id))
        cursor = page.nextCursor
      } while (cursor)
      const [count] = await rollcall.db.$client`select count(*)::int as n from users`
      expect(new Set(seen).size).toBe(count?.n)
      expect(seen).toHaveLength(count?.n)
    }
  })

  it('finds by name, e-mail and id, and takes wildcards as text', async () => {
    const search = async (q: string) => (await json(rollcall.request(`/api/admin/users?q=${encodeURIComponent(q)}`, { as: ada }))).users.map((user: { id: string }) => user.id)
    expect(await search('LIND')).toEqual([ada])
    expect(await search('ada@example')).toEqual([ada])
    expect(await search(ben)).toEqual([ben])
    expect(await search('%')).toEqual([])
  })

  it('a cursor of another list is 400', async () => {
    const { nextCursor } = await json(rollcall.request('/api/admin/users?sort=name&limit=1', { as: ada }))
    expect((await rollcall.request(`/api/admin/users?sort=joined&cursor=${nextCursor}`, { as: ada })).status).toBe(400)
  })
})
