import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import type { LocalClerk } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { freePort } from '#scripts/lib/ports.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { quiet } from '#scripts/lib/rollcall.ts'
import { startApp } from '#scripts/lib/server.ts'
import type { CrashablePostgres } from '../support/crashable-postgres.ts'
import { startCrashablePostgres } from '../support/crashable-postgres.ts'
import { deliver } from '#scripts/lib/delivery.ts'
import { mirrorStates, stateOf, tombstone } from '../support/mirror-rows.ts'
import { anyStep, changes, simulateClerk } from '../support/simulated-clerk.ts'
import type { Message } from '../support/svix-sender.ts'
import { createSender } from '../support/svix-sender.ts'

const EVENTS = 2_000
const USERS = 200
const SVIX_TIMEOUT_MS = 15_000

let postgres: CrashablePostgres
let clerk: LocalClerk
let app: RunningApp
let port: number
let db: Database

beforeAll(async () => {
  [postgres, clerk, port] = await Promise.all([startCrashablePostgres(), startLocalClerk({ port: 0 }), freePort()])
  await startTheApp()
  db = openDatabase(postgres.url, { max: 2 })
})
afterAll(async () => {
  await app?.stop('SIGKILL')
  if (db) await closeDatabase(db)
  await clerk?.close()
  await postgres?.stop()
})
beforeEach(async () => {
  await db.$client`truncate users, webhook_events cascade`
})

async function startTheApp() {
  const env = { ...clerk.env, ...quiet, DATABASE_URL: postgres.url, NUXT_SITE_URL: `http://localhost:${port}` }
  app = await startApp({ cwd: resolve(import.meta.dirname, '../../..'), port, env, quiet: true })
}

/** Postgres with its children, and back again; the pool of this test forgets its dead connections. */
async function crashPostgres() {
  await postgres.crash()
  await closeDatabase(db)
}
async function restartPostgres() {
  await postgres.restart()
  db = openDatabase(postgres.url, { max: 2 })
}

function makeBurst() {
  const ids = Array.from({ length: USERS }, (_, index) => `user_${String(index).padStart(3, '0')}`)
  const simulated = simulateClerk(ids)
  const mostlyAlive = changes.filter(change => change !== 'delete')
  const messages: Message[] = []
  const steps = fc.sample(anyStep({ users: USERS, changes: [...mostlyAlive, ...mostlyAlive, ...changes] }), { numRuns: EVENTS, seed: 7 })
  for (const step of steps) {
    for (const event of simulated.step(step)) {
      messages.push({ id: `msg_${messages.length}`, body: JSON.stringify({ ...event, object: 'event', instance_id: clerk.instanceId }) })
    }
  }
  return { ids, simulated, messages }
}

const committed = async () => new Set((await db.$client<{ id: string }[]>`select id from webhook_events where outcome in ('applied', 'stale')`).map(row => row.id))

describe('kill -9 in the middle of a burst', () => {
  const victims: [string, { answer: number | 'no answer', kill(): Promise<void>, restart(): Promise<void> }][] = [
    ['the app', { answer: 'no answer', kill: () => app.stop('SIGKILL'), restart: startTheApp }],
    ['Postgres', { answer: 500, kill: crashPostgres, restart: restartPostgres }],
  ]
  it.skipIf(process.platform === 'win32').each(victims)('of %s loses nothing, and no 2xx was given for what is not committed', { timeout: 120_000 }, async (_who, victim) => {
    const { ids, simulated, messages } = makeBurst()
    const sender = createSender({ url: app.url, secret: clerk.webhookSecret, inFlight: 32, retryMs: 200 })
    const done = sender.send(messages)
    while (sender.answered.size < messages.length / 3) await sleep(2)

    await victim.kill()
    await sleep(500)
    await sender.pause()
    const promised = [...sender.answered]
    expect(promised.length).toBeLessThan(messages.length)
    await victim.restart()
    expect(await db.$client`show fsync`).toEqual([{ fsync: 'on' }])
    const kept = await committed()
    expect(promised.filter(id => !kept.has(id))).toEqual([])

    sender.resume()
    await done
    expect([...sender.statuses.keys()]).toEqual(expect.arrayContaining([200, victim.answer]))
    expect(sender.slowestMs()).toBeLessThan(SVIX_TIMEOUT_MS)
    expect((await committed()).size).toBe(messages.length)
    expect(await mirrorStates(db, ids)).toMatchObject([...simulated.states()].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([id, state]) => state.is === 'here' ? stateOf(state.user) : tombstone(id, state.at)))
  })
})

describe('while Postgres is down', () => {
  it.skipIf(process.platform === 'win32')('a delivery is 500 with Retry-After before Svix gives up, and its retry applies', { timeout: 120_000 }, async () => {
    const { messages: [first] } = makeBurst()
    if (!first) throw new Error('A burst has messages.')
    const send = async () => {
      const started = performance.now()
      const answer = await deliver(app.url, clerk.webhookSecret, first.body, { id: first.id })
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json(), ms: performance.now() - started }
    }

    await crashPostgres()
    // Longer than one attempt: a driver that waits longer after each failure must not let a delivery wait with it.
    for (let attempt = 0; attempt < 12; attempt++) {
      const { status, retryAfter, body, ms } = await send()
      expect(status).toBe(500)
      expect(Number(retryAfter)).toBeGreaterThan(0)
      expect(body).toMatchObject({ statusCode: 500 })
      expect(ms).toBeLessThan(SVIX_TIMEOUT_MS)
    }
    await restartPostgres()
    expect(await mirrorStates(db, ['user_000'])).toEqual([])

    while ((await send()).status !== 200) await sleep(200)
    expect(await committed()).toEqual(new Set([first.id]))
  })

  it.skipIf(process.platform === 'win32')('an app that starts then answers 500 with Retry-After, and applies once Postgres is there', { timeout: 120_000 }, async () => {
    const { messages: [first] } = makeBurst()
    if (!first) throw new Error('A burst has messages.')
    await app.stop('SIGKILL')
    await crashPostgres()
    const starting = startTheApp()
    let answer: Response | undefined
    while (!answer) answer = await deliver(app.url, clerk.webhookSecret, first.body, { id: first.id }).catch(() => sleep(50, undefined))
    expect(answer.status).toBe(500)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)

    await restartPostgres()
    await starting
    expect((await deliver(app.url, clerk.webhookSecret, first.body, { id: first.id })).status).toBe(200)
    expect(await committed()).toEqual(new Set([first.id]))
  })
})
