import { createClerkClient } from '@clerk/backend'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { backendApi, control, start, startEndpoint } from './helpers.ts'

const at = 1_700_000_000_000
const imported = v.object({ ids: v.array(v.string()) })

describe('a silent change', () => {
  it('edits, bans and deletes without a delivery', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    const created = v.parse(v.object({ id: v.string(), updated_at: v.number() }), await (await control(clerk, 'POST', '/users?silent=true', { firstName: 'Ann' })).json())
    await clerk.session(created.id)
    await control(clerk, 'PATCH', `/users/${created.id}?silent=true`, { firstName: 'Bea' })
    await control(clerk, 'POST', `/users/${created.id}/ban?silent=true`)
    expect(clerk.users.get(created.id)).toMatchObject({ firstName: 'Bea', banned: true })
    expect(clerk.users.get(created.id).updatedAt).toBeGreaterThan(created.updated_at)
    await control(clerk, 'POST', `/users/${created.id}/unban?silent=true`)
    await clerk.session(created.id)
    expect((await control(clerk, 'DELETE', `/users/${created.id}?silent=true`)).status).toBe(204)
    expect((await backendApi(clerk, `/users/${created.id}`)).status).toBe(404)
    expect(clerk.deliveries.list()).toEqual([])
    expect((await control(clerk, 'PATCH', `/users/${created.id}?silent=perhaps`, {})).status).toBe(422)
  })

  it('touches a user: updated_at moves and nothing else', async () => {
    let now = at
    const clerk = await start({ now: () => now })
    const before = clerk.users.create({ firstName: 'Ann' }, { silent: true })
    now += 1_000
    expect((await control(clerk, 'POST', `/users/${before.id}/touch`)).status).toBe(200)
    expect(clerk.users.get(before.id)).toEqual({ ...before, updatedAt: at + 1_000 })
    expect(clerk.deliveries.list()).toEqual([])
    expect((await control(clerk, 'POST', '/users/user_nobody/touch')).status).toBe(404)
  })
})

describe('an import', () => {
  it('adds ten thousand users with one time in a moment, without deliveries', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    const started = performance.now()
    const response = await control(clerk, 'POST', '/import', { count: 10_000, createdAt: at, updatedAt: at })
    expect(performance.now() - started).toBeLessThan(2_000)
    const { ids } = v.parse(imported, await response.json())
    expect(new Set(ids).size).toBe(10_000)
    expect(clerk.users.get(ids[9_999] ?? '')).toMatchObject({ createdAt: at, updatedAt: at })
    expect(clerk.deliveries.list()).toEqual([])
    const users = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } }).users
    expect(await users.getCount()).toBe(10_000)
  })

  it('spreads times evenly, and takes now where nothing is said', async () => {
    const clerk = await start({ now: () => at })
    const spread = clerk.users.import({ count: 5, createdAt: [1_000, 2_000], updatedAt: [3_000, 3_002] })
    expect(spread.map(user => user.createdAt)).toEqual([1_000, 1_250, 1_500, 1_750, 2_000])
    expect(spread.map(user => user.updatedAt)).toEqual([3_000, 3_001, 3_001, 3_002, 3_002])
    expect(clerk.users.import({ count: 1 })[0]).toMatchObject({ createdAt: at, updatedAt: at })
    expect((await control(clerk, 'POST', '/import', { count: 0 })).status).toBe(422)
  })
})

describe('the log of Backend API requests', () => {
  it('keeps method, path, query and time, so that calls per minute can be counted', async () => {
    let now = at
    const clerk = await start({ now: () => now })
    await backendApi(clerk, '/users?limit=5&order_by=-updated_at')
    now += 60_000
    await backendApi(clerk, '/users/count')
    await backendApi(clerk, '/users/user_nobody', { method: 'DELETE' })
    const all = [
      { method: 'GET', path: '/v1/users', query: 'limit=5&order_by=-updated_at', at },
      { method: 'GET', path: '/v1/users/count', query: '', at: now },
      { method: 'DELETE', path: '/v1/users/user_nobody', query: '', at: now },
    ]
    expect(clerk.backendRequests()).toEqual(all)
    expect(clerk.backendRequests({ since: now })).toEqual(all.slice(1))
    expect(await (await control(clerk, 'GET', `/backend-requests?since=${now}`)).json()).toEqual(all.slice(1))
    await control(clerk, 'DELETE', '/backend-requests')
    expect(await (await control(clerk, 'GET', '/backend-requests')).json()).toEqual([])
  })
})
