import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { openEventStream } from '../support/event-stream.ts'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { startDatabaseProxy } from '#scripts/lib/database-proxy.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** Svix waits this long for an answer. */
const SVIX_TIMEOUT_MS = 15_000

let proxy: DatabaseProxy
let rollcall: Rollcall

beforeAll(async () => {
  rollcall = await startRollcall({
    route: async (url) => {
      proxy = await startDatabaseProxy(url)
      return proxy.url
    },
  })
})
afterAll(async () => {
  await rollcall?.stop()
  await proxy?.close()
})
beforeEach(async () => {
  while ((await send('user_first')).status !== 200) await sleep(200)
})

let clock = Date.now() - 3_600_000
/** A change of this user, signed and delivered. */
async function send(id: string, name = 'Ada') {
  const event = fixture('user.updated')
  const at = ++clock
  const body = JSON.stringify({ ...event, instance_id: rollcall.clerk.instanceId, timestamp: at, data: { ...event.data, id, first_name: name, updated_at: at } })
  const began = performance.now()
  const answer = await deliver(rollcall.app.url, rollcall.clerk.webhookSecret, body)
  await answer.arrayBuffer()
  return { status: answer.status, ms: performance.now() - began }
}
const health = async () => {
  const began = performance.now()
  const answer = await fetch(`${rollcall.app.url}/api/health`)
  return { status: answer.status, ms: performance.now() - began, body: await answer.json() }
}
/** Where Postgres's client of the last statement that fits is: its port. */
const portsOf = async (statement: string) => (await rollcall.db.$client<{ port: number }[]>`
  select client_port as port from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ilike ${`%${statement}%`}
`).map(row => row.port)

/**
 * Delivers a change of another user each 100 ms.
 * @returns the longest time without a 200, ms, and every answer
 */
async function keepDelivering(ms: number) {
  const began = performance.now()
  const sent: ReturnType<typeof send>[] = []
  let lastAt = began
  let stoppedMs = 0
  const note = () => {
    stoppedMs = Math.max(stoppedMs, performance.now() - lastAt)
    lastAt = performance.now()
  }
  while (performance.now() - began < ms) {
    const one = send(`user_${sent.length}`).catch(() => ({ status: 0, ms: performance.now() - began }))
    sent.push(one)
    void one.then(({ status }) => {
      if (status === 200) note()
    })
    await sleep(100)
  }
  note()
  return { stoppedMs, sent }
}

it('readers who wait for a lock do not hold up a delivery', { timeout: 60_000 }, async () => {
  const held = Promise.withResolvers<null>()
  const holding = rollcall.db.$client.begin(async (sql) => {
    await sql`set local idle_in_transaction_session_timeout = 0`
    await sql`lock table posts in access exclusive mode`
    await held.promise
  })
  await sleep(100)
  const readers = Array.from({ length: 40 }, () => fetch(`${rollcall.app.url}/api/posts`).then(answer => answer.status))
  await sleep(300)
  const { status, ms } = await send('user_while')
  held.resolve(null)
  await Promise.all([holding, ...readers])
  // The readers take 8 s in all.
  expect([status, ms < 4_000]).toEqual([200, true])
})

it('with every idle connection dead, deliveries go on before Svix gives up, and health says why', { timeout: 120_000 }, async () => {
  // Each writer has its connection, and readers have some.
  await Promise.all(Array.from({ length: 30 }, (_, index) => [send(`user_${index}`), fetch(`${rollcall.app.url}/api/posts`)]).flat())
  expect(proxy.freeze(await portsOf('with news as'))).toBeGreaterThanOrEqual(2)
  proxy.freeze()
  const { stoppedMs, sent } = await keepDelivering(15_500)
  expect(stoppedMs).toBeLessThan(SVIX_TIMEOUT_MS)
  for (const { ms } of await Promise.all(sent)) expect(ms).toBeLessThan(SVIX_TIMEOUT_MS)
  expect((await health()).body).toMatchObject({ status: 'degraded', message: expect.stringContaining('did not answer') })
})

it('one silent connection stops only what was on it', { timeout: 120_000 }, async () => {
  expect(proxy.freeze(await portsOf('with news as'), 1)).toBe(1)
  const { stoppedMs } = await keepDelivering(5_000)
  expect(stoppedMs).toBeLessThan(2_000)
})

it('LISTEN that hears nothing is opened again, and every page catches up', { timeout: 60_000 }, async () => {
  const reader = rollcall.clerk.users.create({ firstName: 'Reader' })
  const stream = await openEventStream(rollcall.app.url, await rollcall.clerk.session(reader.id, { azp: rollcall.app.url }))
  await send('user_ada')
  await stream.next(({ type }) => type === 'users')
  expect(proxy.freeze(await portsOf('listen'))).toBe(1)
  await stream.next(({ type }) => type === 'catch-up', 10_000)
  await send('user_ada', 'Heard again')
  await stream.next(message => message.type === 'users' && message.users.some(user => user.name.startsWith('Heard again')))
  stream.close()
})

it('while the database says nothing, health is 503 within 5 s', { timeout: 60_000 }, async () => {
  proxy.hold()
  proxy.freeze()
  const { status, ms } = await health()
  proxy.release()
  expect([status, ms < 5_000]).toEqual([503, true])
})
