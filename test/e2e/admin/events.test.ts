import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listHours, rollUpHours } from '#db/queries/charts.ts'
import { listEvents, selectEvents } from '#db/queries/events.ts'
import type { EventsQuery } from '#shared/schemas/admin.ts'
import { outcomes } from '#shared/types/sync.ts'
import { deliver } from '#scripts/lib/delivery.ts'
import { fillMirror } from '#scripts/lib/large-mirror.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { adminApi, openAdminStream, until } from '../support/admin.ts'

describe('with many events', () => {
  let mirror: Mirror
  beforeAll(async () => {
    mirror = await startMirror()
    await fillMirror(mirror.db, { users: 2_000, events: 60_000 })
  })
  afterAll(() => mirror.stop())

  const choices: Partial<EventsQuery & { users: string[] }>[] = [undefined, 'user.created', 'user.deleted', 'nothing'].flatMap(type =>
    [undefined, ...outcomes].flatMap(outcome =>
      [undefined, 'user_bench_77'].flatMap(user =>
        [{}, { since: '2000-01-01T00:00:00.000Z', until: '2000-01-02T00:00:00.000Z' }].map(times => ({ type, outcome, user, ...times })))))

  choices.push(...[{}, { outcome: 'failed' as const }, { type: 'user.created' }].map(more => ({ ...more, users: ['user_bench_77', 'user_bench_78', 'user_bench_79'] })))

  it.each(choices)('%j is served by an index, and nothing is walked past', async (query) => {
    const steps = await mirror.db.execute<{ 'QUERY PLAN': string }>(sql`explain (analyze) ${selectEvents(mirror.db, { ...query, limit: 20 })}`)
    const plan = steps.map(step => step['QUERY PLAN']).join('\n')
    expect(plan).toMatch(/webhook_events_(?:received|user|outcome|type)_idx/)
    expect(plan).not.toMatch(/Seq Scan on webhook_events/)
    const removed = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)].map(match => Number(match[1]))
    // Of 60,000: Postgres may walk the index by outcome, where a type is common.
    expect(Math.max(0, ...removed), plan).toBeLessThan(1_000)
  })

  it('goes through all of one kind, page by page, newest first', async () => {
    const [all] = await mirror.db.$client<{ count: number }[]>`select count(*)::int as count from webhook_events where type = 'user.deleted' and last_received_at > now() - interval '3 days'`
    const since = new Date(Date.now() - 3 * 86_400_000).toISOString()
    const found: string[] = []
    let cursor: EventsQuery['cursor']
    do {
      const { events, next } = await listEvents(mirror.db, { type: 'user.deleted', since, cursor, limit: 37 })
      found.push(...events.map(event => `${event.lastReceivedAt} ${event.id}`))
      cursor = next ?? undefined
    } while (cursor)
    expect(found.length).toBeGreaterThan(100)
    expect(Math.abs(found.length - (all?.count ?? 0))).toBeLessThan(3)
    expect(found).toEqual([...new Set(found)].sort().reverse())
  })

  it('the charts agree with the log, and a redelivery leaves a closed hour as it was', async () => {
    await rollUpHours(mirror.db, 24)
    const hours = await listHours(mirror.db, 24)
    expect(hours).toHaveLength(24)
    for (const { hour, outcomes: counts, lag } of hours) {
      const [real] = await mirror.db.$client<{ applied: number, failed: number, all: number }[]>`
        select count(*) filter (where outcome = 'applied')::int as applied, count(*) filter (where outcome = 'failed')::int as failed, count(*)::int as all
        from webhook_events where last_received_at >= ${hour}::timestamptz and last_received_at < ${hour}::timestamptz + interval '1 hour'
      `
      expect(counts).toMatchObject({ applied: real?.applied, failed: real?.failed })
      expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(real?.all)
      // The lags repeat after some hundred events: fewer, as in the hour that has just begun, have another median.
      if (counts.applied > 100) expect(lag).toMatchObject({ p50: expect.closeTo(780, -2.5), p95: expect.closeTo(1230, -2.5) })
    }
    await mirror.db.$client`
      update webhook_events set last_received_at = now(), deliveries = 2
      where id in (select id from webhook_events where outcome = 'applied' and last_received_at < now() - interval '2 hours' order by last_received_at desc limit 10)
    `
    const later = await listHours(mirror.db, 24)
    expect(later.slice(0, -1)).toEqual(hours.slice(0, -1))
    expect(later.at(-1)?.outcomes.applied).toBe((hours.at(-1)?.outcomes.applied ?? 0) + 10)
    // What was applied hours ago is no lag of this hour.
    expect(later.at(-1)?.lag).toEqual(hours.at(-1)?.lag)
  })
})

describe('the log of a running server', () => {
  let rollcall: Rollcall
  let admin: string
  let api: ReturnType<typeof adminApi>
  beforeAll(async () => {
    rollcall = await startRollcall({ instances: 2 })
    admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
    await rollcall.clerk.deliveries.settled()
    api = adminApi(rollcall, admin)
  })
  afterAll(() => rollcall?.stop())

  const send = (event: object, id = `msg_${randomUUID()}`) => deliver(rollcall.app.url, rollcall.clerk.webhookSecret, JSON.stringify({ object: 'event', instance_id: rollcall.clerk.instanceId, timestamp: Date.now(), ...event }), { id })

  it('says what became of each and what to do, and counts the lag once', async () => {
    const id = `msg_${randomUUID()}`
    const news = { type: 'user.updated', timestamp: Date.now() - 2_000, data: { id: 'user_a', first_name: 'Bea', updated_at: Date.now() } }
    await send(news, id)
    const [first] = (await api.events('?user=user_a')).events
    expect(first).toMatchObject({ id, outcome: 'applied', userName: 'Bea', deliveries: 1, reason: null })
    expect(first?.lagMs).toBeGreaterThanOrEqual(2_000)
    await send(news, id)
    const [again] = (await api.events('?user=user_a')).events
    expect(again).toMatchObject({ deliveries: 2, appliedAt: first?.appliedAt, lagMs: first?.lagMs })

    await send({ ...news, data: { ...news.data, updated_at: 5 } })
    await send({ type: 'user.updated', data: { id: 'user_b' } })
    expect((await api.events('?outcome=stale')).events[0]).toMatchObject({ reason: 'older' })
    const { events: [rejected] } = await api.events('?outcome=rejected&type=user.updated')
    expect(rejected).toMatchObject({ userId: 'user_b', userName: null, appliedAt: null, reason: 'unusable-user', details: { path: 'data.updated_at' } })
  })

  it('finds events by the name of their user, as far as users are found by it', async () => {
    await send({ type: 'user.created', data: { id: 'user_n1', first_name: 'Nadia', last_name: 'Event', updated_at: Date.now() } })
    await send({ type: 'user.created', data: { id: 'user_n2', first_name: 'Nils', last_name: 'Event', updated_at: Date.now() } })
    await send({ type: 'user.updated', data: { id: 'user_n1', first_name: 'Nadja', last_name: 'Event', updated_at: Date.now() } })
    const page = await api.events('?name=event&limit=2')
    expect(page.events.map(event => event.userName)).toEqual(['Nadja Event', 'Nils Event'])
    expect(page.named).toMatchObject({ ids: expect.arrayContaining(['user_n1', 'user_n2']), more: false })
    const next = await api.events(`?name=event&limit=2&cursor=${page.nextCursor}`)
    expect(next).toMatchObject({ events: [{ type: 'user.created', userId: 'user_n1' }], nextCursor: null })
    expect(await api.events('?name=nobody')).toMatchObject({ events: [], named: { ids: [], more: false } })
    expect((await api.events('?user=user_n1')).named).toBeNull()
  })

  it('a failure that is delivered again is applied, with the lag of the whole wait', async () => {
    const id = `msg_${randomUUID()}`
    await rollcall.db.$client`
      insert into webhook_events (id, type, user_id, first_received_at, last_received_at, outcome) values (${id}, 'user.created', 'user_c', now() - interval '1 minute', now() - interval '1 minute', 'failed')
    `
    await send({ type: 'user.created', timestamp: Date.now() - 60_000, data: { id: 'user_c', updated_at: Date.now() } }, id)
    const [event] = (await api.events('?user=user_c')).events
    expect(event).toMatchObject({ outcome: 'applied', deliveries: 2 })
    expect(event?.lagMs).toBeGreaterThanOrEqual(60_000)
  })

  it.each([['since=yesterday'], ['outcome=lost'], ['limit=1000'], ['cursor=x'], ['user=a b']])('says what is wrong with %s', async (query) => {
    expect((await rollcall.request(`/api/admin/events?${query}`, { as: admin })).status).toBe(400)
  })

  it('is told live to an admin, whichever instance was delivered to', async () => {
    const [, other] = rollcall.apps
    const stream = await openAdminStream(other?.url ?? '', await rollcall.clerk.session(admin, { azp: other?.url }))
    await send({ type: 'user.created', data: { id: 'user_d', first_name: 'Dora', updated_at: Date.now() } })
    await until(async () => stream.messages, all => all.some(message => message.type === 'events' && message.events.some(event => event.userName === 'Dora')))
    // Each once: what overlaps is not sent again.
    const told = stream.messages.flatMap(message => message.type === 'events' ? message.events.map(event => event.id) : [])
    expect(new Set(told).size).toBe(told.length)
    stream.close()
  })

  it('the charts have the running hour', async () => {
    await send({ type: 'user.created', data: { id: 'user_now', updated_at: Date.now() } })
    const { hours } = await api.charts('week')
    expect(hours).toHaveLength(7 * 24)
    expect(hours.at(-1)?.outcomes.applied).toBeGreaterThan(0)
    expect((await api.charts()).hours).toHaveLength(24)
    expect((await api.charts('month')).hours).toHaveLength(30 * 24)
  })
})
