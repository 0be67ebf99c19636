import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Post } from '#shared/types/post.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

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

  it('an admin\'s deletion stays when its author restores, whoever deleted it first, and an author\'s when the admin does', async () => {
    const call = (as: string, id: string, path = '', method = 'DELETE') => rollcall.request(`/api/posts/${id}${path}`, { as, method })
    const restore = (as: string, id: string) => call(as, id, '/restore', 'POST')
    for (const deleters of [[ben, ada], [ada, ben]]) {
      const { id } = await json(post(ben, { body: 'gone twice' }))
      for (const who of deleters) expect((await call(who, id)).status).toBe(204)
      const refused = await restore(ben, id)
      expect([refused.status, (await refused.json()).message]).toEqual([403, expect.stringContaining('Ask an admin')])
      expect((await restore(ada, id)).status).toBe(404)
      expect((await rollcall.request(`/api/posts/${id}`)).status).toBe(404)
      expect((await restore(ben, id)).status).toBe(200)
    }
    const own = await json(post(ada, { body: 'an admin\'s own' }))
    expect([(await call(ada, own.id)).status, (await call(ada, own.id)).status, (await restore(ada, own.id)).status]).toEqual([204, 204, 200])
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

  it('walks what one person replied, newest first, with what each answers', async () => {
    const root = await json(post(ada, { body: 'Who is here?' }))
    const ids: string[] = []
    for (let index = 0; index < 7; index++) ids.unshift((await json(post(ben, { body: `Here ${index}`, parentId: index % 2 ? ids[0] : root.id }))).id)
    await rollcall.request(`/api/posts/${ids[3]}`, { as: ben, method: 'DELETE' })
    const like = await rollcall.request(`/api/posts/${ids[0]}/like`, { as: ada, method: 'PUT' })
    expect(like.status).toBe(200)
    const seen = []
    let cursor: string | null = ''
    for (let pages = 0; pages < 20 && cursor !== null && seen.length < 6; pages++) {
      const page: { posts: Post[], nextCursor: string | null } = await json(rollcall.request(`/api/posts?author=${ben}&kind=replies&limit=2${cursor && `&cursor=${cursor}`}`))
      seen.push(...page.posts)
      cursor = page.nextCursor
    }
    expect(seen.map(({ id }) => id)).toEqual(ids.filter((_, index) => index !== 3))
    const answers = Object.fromEntries(seen.map(({ id, parent, replyCount, likeCount }) => [id, { to: parent?.id, by: parent?.author.id, shown: parent?.shown, replyCount, likeCount }]))
    expect(answers[ids[0] ?? '']).toEqual({ to: root.id, by: ada, shown: true, replyCount: 0, likeCount: 1 })
    expect(answers[ids[1] ?? '']).toEqual({ to: ids[2], by: ben, shown: true, replyCount: 0, likeCount: 0 })
    expect(answers[ids[2] ?? '']).toMatchObject({ to: root.id, replyCount: 1 })
    const { posts } = await json(rollcall.request(`/api/posts?author=${ben}`))
    expect(posts.filter(({ parentId }: Post) => parentId !== null)).toEqual([])

    await rollcall.request(`/api/posts/${root.id}`, { as: ada, method: 'DELETE' })
    const after: { posts: Post[] } = await json(rollcall.request(`/api/posts?author=${ben}&kind=replies&limit=1`, { as: ada }))
    expect(after.posts).toMatchObject([{ id: ids[0], parent: { id: root.id, shown: false } }])
    expect((await rollcall.request('/api/posts?kind=replies')).status).toBe(400)
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
