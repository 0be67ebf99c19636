import { Webhook } from 'svix'
import { describe, expect, it } from 'vitest'
import { header, seededRandom, start, startEndpoint, svixHeaders } from './helpers.ts'

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
      const clerk = await start({ webhook: { url: endpoint.url }, random: seededRandom(7) })
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
    const verify = (index: number) => () =>
      new Webhook(clerk.webhookSecret).verify(endpoint.received[index]?.body ?? '', svixHeaders(endpoint.received[index]))
    expect(verify(0)).toThrow(/No matching signature/)
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
