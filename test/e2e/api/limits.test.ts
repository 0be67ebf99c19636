import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '#server/utils/routes.ts'
import { createQueryCounter } from '../support/query-counter.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** A tenth: 1 post, 6 likes and 6 searches a minute for a person, 20 posts for an address. */
const FACTOR = '0.1'
const someone = '01990000-0000-7000-8000-000000000001'

const post = (rollcall: Rollcall, as: string, options: Partial<Parameters<Rollcall['request']>[1]> = {}) =>
  rollcall.request('/api/posts', { as, json: { body: 'Hello.' }, ...options })

describe('writes and searches', () => {
  const counter = createQueryCounter()
  let rollcall: Rollcall
  const newMember = async () => {
    const { id } = rollcall.clerk.users.create({ firstName: 'Ada' })
    await rollcall.clerk.deliveries.settled()
    return id
  }

  beforeAll(async () => {
    rollcall = await startRollcall({ instances: 2, env: { RATE_LIMIT_FACTOR: FACTOR, TRUSTED_PROXIES: '1' }, route: counter.route })
  })
  afterAll(async () => {
    await rollcall?.stop()
    counter.close()
  })

  it('of a person share one budget over all instances, and a refusal says when to try again', async () => {
    const [ada, ben] = [await newMember(), await newMember()]
    const statuses: number[] = []
    for (const app of [...rollcall.apps, ...rollcall.apps, ...rollcall.apps]) {
      statuses.push((await rollcall.request(`/api/posts/${someone}/like`, { as: ada, method: 'DELETE', app })).status)
    }
    expect(statuses).toEqual(Array.from({ length: 6 }, () => 404))
    for (const app of rollcall.apps) {
      const refused = await rollcall.request(`/api/posts/${someone}/like`, { as: ada, method: 'PUT', app })
      expect(refused.status).toBe(429)
      const seconds = Number(refused.headers.get('retry-after'))
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(60)
      expect((await refused.json()).message).toMatch(/^You are liking .* Try again in \d+ seconds?\.$/)
    }
    // Each kind has its own budget, and so has each person.
    expect((await post(rollcall, ada)).status).toBe(201)
    expect((await rollcall.request(`/api/posts/${someone}/like`, { as: ben, method: 'PUT' })).status).toBe(404)
  })

  it('of an address share one budget, whoever signs in there', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    const members = await Promise.all(Array.from({ length: 23 }, newMember))
    const statuses: number[] = []
    for (const [index, as] of members.slice(0, 21).entries()) statuses.push((await post(rollcall, as, { headers, app: rollcall.apps[index % 2] })).status)
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429])
    const [another = '', elsewhere = ''] = members.slice(21)
    const refused = await post(rollcall, another, { headers })
    expect(refused.status).toBe(429)
    expect((await refused.json()).message).toContain('from your network')
    expect((await post(rollcall, elsewhere, { headers: { 'x-forwarded-for': '203.0.113.8' } })).status).toBe(201)
  })

  it('of an address of IPv6 count by the network that a customer is given', async () => {
    const members = await Promise.all(Array.from({ length: 21 }, newMember))
    const statuses: number[] = []
    for (const [index, as] of members.entries()) statuses.push((await post(rollcall, as, { headers: { 'x-forwarded-for': `2001:db8:0:7::${index.toString(16)}` } })).status)
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429])
  })

  it('count also where a page searches while it is rendered, for the reader\'s own address', async () => {
    const [ada, headers] = [await newMember(), { 'x-forwarded-for': '203.0.113.9', 'accept': '*/*, text/html' }]
    await rollcall.request('/people?q=ada', { as: ada, headers })
    const keys = await rollcall.db.$client<{ key: string }[]>`select key from rate_limits where key like '%203.0.113.9%'`
    expect(keys.map(({ key }) => key)).toEqual([expect.stringContaining('search')])
  })

  it('cost two statements more, and reads none', async () => {
    const ada = await newMember()
    for (let round = 0; round < 12; round++) await rollcall.request('/api/me', { as: ada })
    const statements = async (path: string, options: Parameters<Rollcall['request']>[1]) => {
      counter.take()
      expect((await rollcall.request(path, options)).ok).toBe(true)
      return counter.take()
    }
    expect(await statements('/api/posts', { as: ada })).toBe(1)
    expect(await statements('/api/users', { as: ada })).toBe(1)
    await statements('/api/users?q=ada', { as: ada })
    expect(await statements('/api/users?q=ada', { as: ada })).toBe(3)
  })

  it('are limited on every route that changes something, but for the webhook, which is signed, and the scheduler, which brings a token', async () => {
    const admin = rollcall.clerk.users.create({ publicMetadata: { role: 'admin' } }).id
    await rollcall.clerk.deliveries.settled()
    const unsafe = Object.entries(apiRoutes).flatMap(([route, methods]) => methods.filter(method => method !== 'GET').map(method => ({ route, method })))
    expect(unsafe.length).toBeGreaterThan(8)
    const unlimited: string[] = []
    for (const [index, { route, method }] of unsafe.entries()) {
      const ask = () => rollcall.request(route.replace(':id', route.includes('posts') ? someone : admin), { as: admin, method, json: {}, headers: { 'x-forwarded-for': `198.51.100.${index}` } })
      const answers = await Promise.all(Array.from({ length: 8 }, ask))
      if (!answers.some(({ status }) => status === 429)) unlimited.push(route)
    }
    expect(unlimited).toEqual(['/api/webhooks', '/api/cron/check'])
  })
})

it('without a factor nobody is limited, and nothing is written', async () => {
  const rollcall = await startRollcall({ env: { RATE_LIMIT_FACTOR: '0' } })
  const { id } = rollcall.clerk.users.create({ firstName: 'Ada' })
  await rollcall.clerk.deliveries.settled()
  const answers = await Promise.all(Array.from({ length: 30 }, () => post(rollcall, id)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  expect(await rollcall.db.$client`select 1 from rate_limits`).toEqual([])
  await rollcall.stop()
})
