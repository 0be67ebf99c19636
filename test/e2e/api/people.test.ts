import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('people', () => {
  it('a profile shows what is public and nothing else', async () => {
    await rollcall.request('/api/me/profile', { as: ben, method: 'PATCH', json: { bio: 'Bikes.', country: 'PT', birthday: '1990-02-03' } })
    const profile = await json(rollcall.request(`/api/users/${ben}`))
    expect(profile).toMatchObject({ id: ben, name: 'Ben', bio: 'Bikes.', country: 'PT', status: 'here' })
    expect(Object.keys(profile).sort()).toEqual(['banned', 'bio', 'blocksViewer', 'country', 'id', 'imageUrl', 'joinedAt', 'name', 'restriction', 'status', 'username'])
    expect(JSON.stringify(await json(rollcall.request('/api/posts')))).not.toContain('example.com')
  })

  it('a profile says nothing of someone who is banned, or whom a scan found gone', async () => {
    const gil = rollcall.clerk.users.create({ firstName: 'Gil' }).id
    await rollcall.clerk.deliveries.idle()
    await rollcall.request('/api/me/profile', { as: gil, method: 'PATCH', json: { bio: 'Boats.', country: 'NO' } })
    // As a member, who shares nothing that is kept: one change below is made in the table, without a notice.
    const profile = () => json(rollcall.request(`/api/users/${gil}`, { as: ben }))
    const page = async () => (await rollcall.request(`/users/${gil}`, { as: ben })).text()
    const hidden = { bio: null, country: null }
    rollcall.clerk.users.setBanned(gil, true)
    await rollcall.clerk.deliveries.idle()
    expect(await profile()).toMatchObject({ name: 'Gil', banned: true, ...hidden })
    expect(await page()).not.toMatch(/Boats|Norway/)
    expect(await json(rollcall.request('/api/me', { as: gil }))).toMatchObject({ profile: { bio: 'Boats.', country: 'NO' } })
    rollcall.clerk.users.setBanned(gil, false)
    await rollcall.clerk.deliveries.idle()
    expect(await profile()).toMatchObject({ bio: 'Boats.', country: 'NO' })

    await rollcall.db.$client`update users set first_name = null, deleted_at = now(), synced_by = 'scan' where id = ${gil}`
    expect(await profile()).toMatchObject({ name: 'deleted user', status: 'gone', ...hidden })
    expect(await page()).not.toMatch(/Boats|Norway/)
  })

  it('an unknown user is 404 and an id that is none is 400', async () => {
    expect((await rollcall.request('/api/users/user_unknown')).status).toBe(404)
    expect((await rollcall.request('/api/users/a%20b')).status).toBe(400)
  })

  it('what a person keeps here survives what Clerk says', async () => {
    await rollcall.request('/api/me/profile', { as: ben, method: 'PATCH', json: { bio: 'Bikes.', country: 'PT', birthday: '1990-02-03' } })
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
    expect((await json(rollcall.request('/api/users/recent', { as: hana }))).users[0]).toMatchObject({ id: hana, name: 'Hana' })
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
    await expect.poll(async () => JSON.stringify(await json(rollcall.request('/api/posts'))), { timeout: 3_000 }).toContain('hidden for a while')
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
