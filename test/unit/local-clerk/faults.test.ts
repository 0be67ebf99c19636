import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPresets } from '#local-clerk/dashboard/presets.ts'
import { createFaults } from '#local-clerk/faults.ts'
import type { LocalClerk } from '#local-clerk/index.ts'
import { backendApi, control, header, seededRandom, start, startEndpoint, strictClock, verifyByHand } from './helpers.ts'

describe('faults of deliveries', () => {
  it('drop events of the named types alone', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.faults.set({ types: ['user.updated'], drop: 1 })
    const user = clerk.users.create({ firstName: 'Ann' })
    clerk.users.update(user.id, { firstName: 'Bea' })
    await clerk.deliveries.idle()
    expect(clerk.deliveries.list().map(delivery => delivery.state)).toEqual(['dropped', 'succeeded'])
    expect(endpoint.received).toHaveLength(1)
  })

  it('duplicate with one id', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.faults.set({ duplicate: 1, duplicateTimes: 3 })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    expect(endpoint.received).toHaveLength(4)
    expect(new Set(endpoint.received.map(each => header(each, 'svix-id'))).size).toBe(1)
  })

  it('reorder within a window, the same way for the same random', async () => {
    const orders = []
    for (let run = 0; run < 2; run += 1) {
      const endpoint = await startEndpoint()
      const clerk = await start({ webhook: { url: endpoint.url }, random: seededRandom(7), now: strictClock() })
      const user = clerk.users.create({ firstName: 'Ann' })
      await clerk.deliveries.idle()
      clerk.faults.set({ reorderMs: 400 })
      clerk.faults.burst(6, user.id)
      await clerk.deliveries.idle()
      const sent = clerk.deliveries.list().filter(delivery => delivery.type === 'user.updated')
      sent.sort((a, b) => (a.attempts[0]?.at ?? 0) - (b.attempts[0]?.at ?? 0))
      orders.push(sent.map(delivery => JSON.parse(delivery.body).data.last_name))
    }
    expect(orders[0]).toHaveLength(6)
    expect(orders[0]).not.toEqual(['1', '2', '3', '4', '5', '6'])
    expect(orders[1]).toEqual(orders[0])
  })

  it('sign wrongly, and as if ten minutes old', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.faults.set({ wrongSignature: 1 })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    clerk.faults.clear()
    clerk.faults.set({ oldTimestamp: 1 })
    clerk.users.create({ firstName: 'Bea' })
    await clerk.deliveries.idle()
    const verify = (index: number) => () => verifyByHand(clerk.webhookSecret, endpoint.received[index])
    expect(verify(0)).toThrow(/No signature matches/)
    expect(verify(1)).toThrow(/too old/)
  })

  it('are refused when they make no sense', async () => {
    const clerk = await start()
    expect(() => clerk.faults.set({ drop: 2 })).toThrow()
    const response = await fetch(`${clerk.url}/dashboard/api/faults`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"drop":"often"}',
    })
    expect(response.status).toBe(422)
  })
})

describe('drop all', () => {
  it('loses every event for good, until it is switched off', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    expect(await (await fetch(`${clerk.url}/dashboard`)).text()).toContain('>Drop all<')
    await control(clerk, 'PATCH', '/faults', { drop: 1, types: [] })
    expect(await (await fetch(`${clerk.url}/dashboard`)).text()).toContain('>Stop dropping<')
    const user = clerk.users.create({ firstName: 'Ann' })
    clerk.faults.burst(100, user.id)
    await clerk.deliveries.settled()
    expect(new Set(clerk.deliveries.list().map(delivery => delivery.state))).toEqual(new Set(['dropped']))
    await control(clerk, 'PATCH', '/faults', { drop: 0 })
    clerk.users.update(user.id, { firstName: 'Bea' })
    await clerk.deliveries.settled()
    expect(endpoint.received).toHaveLength(1)
    expect(JSON.parse(endpoint.received[0]?.body ?? '')).toMatchObject({ type: 'user.updated', data: { first_name: 'Bea' } })
  })
})

describe('faults of the Backend API', () => {
  it('refuse with 429 and Retry-After, in Clerk\'s shape', async () => {
    const clerk = await start()
    await control(clerk, 'PATCH', '/faults', { backend: { status: 429, retryAfter: 7, times: 1 } })
    const response = await backendApi(clerk, '/users/count')
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await response.json()).toMatchObject({ errors: [{ code: 'too_many_requests' }], clerk_trace_id: expect.any(String) })
    expect((await backendApi(clerk, '/users/count')).status).toBe(200)
  })

  it('delay each answer', async () => {
    const clerk = await start()
    await control(clerk, 'PATCH', '/faults', { backend: { latencyMs: 150 } })
    const started = performance.now()
    await backendApi(clerk, '/users/count')
    await backendApi(clerk, '/users/count')
    expect(performance.now() - started).toBeGreaterThanOrEqual(299)
  })

  it('are silent: the request is taken and never answered', async () => {
    const clerk = await start()
    await control(clerk, 'PATCH', '/faults', { backend: { silent: true } })
    const asked = backendApi(clerk, '/users/count', { signal: AbortSignal.timeout(1_000) })
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(clerk.backendRequests()).toHaveLength(1)
    await control(clerk, 'DELETE', '/faults')
    expect((await backendApi(clerk, '/users/count')).status).toBe(200)
  })
})

describe('the control API', () => {
  it('is closed to other pages', async () => {
    const clerk = await start()
    const response = await fetch(`${clerk.url}/dashboard/api/pause`, { method: 'POST', headers: { origin: 'http://localhost:3000' } })
    expect(response.status).toBe(403)
  })

  it('escapes what people call themselves', async () => {
    const clerk = await start()
    clerk.users.create({ firstName: '<script>alert(1)</script>' })
    const page = await (await fetch(`${clerk.url}/dashboard`)).text()
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toContain('<script>alert(1)')
  })
})

describe('a preset', () => {
  const choose = (clerk: LocalClerk, name: string) => control(clerk, 'PUT', '/preset', { name })
  const pressed = async (clerk: LocalClerk) => (await (await fetch(`${clerk.url}/dashboard`)).text()).match(/aria-pressed="true"[^>]*>([^<]+)</)?.[1]

  it('sets its faults and no others, and is shown until others are set', async () => {
    const clerk = await start()
    clerk.faults.set({ oldTimestamp: 1 })
    expect((await choose(clerk, 'secret')).status).toBe(200)
    expect(clerk.faults.get()).toMatchObject({ wrongSignature: 1, oldTimestamp: 0 })
    expect(await pressed(clerk)).toBe('Wrong secret')
    clerk.faults.set({ drop: 0.5 })
    expect(await pressed(clerk)).toBeUndefined()
    expect((await choose(clerk, 'nonsense')).status).toBe(422)
  })

  it('loses everything for a minute, unless someone sets other faults meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const faults = createFaults(Math.random)
    const presets = createPresets(faults, () => 1_000)
    presets.choose('lost')
    expect(presets.chosen()).toEqual({ name: 'lost', endsAt: 61_000 })
    vi.advanceTimersByTime(59_999)
    expect(faults.get().drop).toBe(1)
    vi.advanceTimersByTime(1)
    expect(faults.any()).toBe(false)
    expect(presets.chosen()).toBeNull()
    presets.choose('lost')
    faults.set({ drop: 0.5 })
    vi.advanceTimersByTime(60_000)
    expect(faults.get().drop).toBe(0.5)
  })

  it('that makes deliveries slow and doubled brings each one twice', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    await choose(clerk, 'slow')
    clerk.faults.set({ delayMs: [0, 0], reorderMs: 0 })
    clerk.users.create({ firstName: 'Ann', lastName: 'Lee' })
    await clerk.deliveries.idle()
    expect(endpoint.received).toHaveLength(2)
    expect(await (await fetch(`${clerk.url}/dashboard`)).text()).toContain('<bdi>Ann Lee</bdi>')
  })
})
