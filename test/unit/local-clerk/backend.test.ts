import { createClerkClient } from '@clerk/backend'
import { describe, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { start } from './helpers.ts'

const client = (clerk: LocalClerk) => createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })

function withUsers(clerk: LocalClerk, count: number) {
  return Array.from({ length: count }, (_, index) =>
    clerk.users.create({ firstName: `User ${index}`, email: `user${index}@example.com`, createdAt: 1_700_000_000_000 + index }))
}

describe('the Backend API, by Clerk\'s own client', () => {
  it('lists users in pages, ordered both ways', async () => {
    const clerk = await start()
    const users = withUsers(clerk, 25)
    const api = client(clerk)
    const first = await api.users.getUserList({ orderBy: '+created_at' })
    expect(first.totalCount).toBe(25)
    expect(first.data.map(user => user.id)).toEqual(users.slice(0, 10).map(user => user.id))
    const last = await api.users.getUserList({ orderBy: '-created_at', limit: 5, offset: 20 })
    expect(last.data.map(user => user.id)).toEqual(users.slice(0, 5).reverse().map(user => user.id))
    expect(await api.users.getCount()).toBe(25)
  })

  it('filters by created_at, id, e-mail and words', async () => {
    const clerk = await start()
    const users = withUsers(clerk, 12)
    const api = client(clerk)
    const at = users[5]?.createdAt ?? 0
    const window = await api.users.getUserList({ createdAtAfter: at - 1, createdAtBefore: at + 2, orderBy: '+created_at' })
    expect(window.data.map(user => user.firstName)).toEqual(['User 5', 'User 6'])
    const wanted = [users[2]?.id ?? '', users[9]?.id ?? '']
    const byId = await api.users.getUserList({ userId: wanted, orderBy: '+created_at' })
    expect(byId.data.map(user => user.id)).toEqual(wanted)
    expect((await api.users.getUserList({ emailAddress: ['user3@example.com'] })).data).toHaveLength(1)
    expect((await api.users.getUserList({ query: 'user 11' })).data).toHaveLength(1)
  })

  it('creates, changes, bans and deletes', async () => {
    const clerk = await start()
    const api = client(clerk)
    const created = await api.users.createUser({ firstName: 'Ann', emailAddress: ['ann@example.com'], password: 'long-enough' })
    await api.users.updateUser(created.id, { firstName: 'Bea' })
    await api.users.updateUserMetadata(created.id, { publicMetadata: { role: 'admin', old: true } })
    await api.users.updateUserMetadata(created.id, { publicMetadata: { old: null } })
    expect((await api.users.banUser(created.id)).banned).toBe(true)
    expect((await api.users.unbanUser(created.id)).banned).toBe(false)
    expect(await api.users.getUser(created.id)).toMatchObject({ firstName: 'Bea', publicMetadata: { role: 'admin' } })
    await api.users.deleteUser(created.id)
    await expect(api.users.getUser(created.id)).rejects.toMatchObject({ status: 404, errors: [{ code: 'resource_not_found' }] })
    expect(clerk.deliveries.list()).toHaveLength(7)
  })

  it('names its instance and refuses another key', async () => {
    const clerk = await start()
    expect((await client(clerk).instance.get()).id).toBe(clerk.instanceId)
    const stranger = createClerkClient({ secretKey: 'sk_test_other', apiUrl: clerk.url, telemetry: { disabled: true } })
    await expect(stranger.users.getCount()).rejects.toMatchObject({ status: 401 })
  })

  it('fails on demand, for so many requests, and remembers the calls', async () => {
    const clerk = await start()
    clerk.faults.set({ backend: { status: 429, retryAfter: 3, times: 1 } })
    await expect(client(clerk).users.getCount()).rejects.toMatchObject({ status: 429, retryAfter: 3 })
    expect(await client(clerk).users.getCount()).toBe(0)
    expect(clerk.backendRequests().map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/users/count', 'GET /v1/users/count'].map(each => expect.stringContaining(each)))
    clerk.faults.set({ backend: { status: null, down: true, times: null } })
    await expect(client(clerk).users.getCount()).rejects.toThrow()
    clerk.clearBackendRequests()
    expect(clerk.backendRequests()).toEqual([])
  })
})
