import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openEventStream } from '../support/event-stream.ts'
import { adminApi, until } from '../support/admin.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let ada: string

beforeAll(async () => {
  rollcall = await startRollcall({ env: { SYNC_CHECK_SECONDS: '3600' } })
  ada = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
  await rollcall.clerk.deliveries.settled()
  await until(check, ({ status }) => status === 200)
})
afterAll(() => rollcall?.stop())

/** Runs a check, after any that the app runs by itself. */
const check = () => until(async () => {
  const answer = await rollcall.request('/api/admin/check', { as: ada, method: 'POST' })
  return { status: answer.status, text: await answer.text() }
}, ({ text }) => !text.includes('"running":true'))
const copy = async () => (await adminApi(rollcall, ada).health()).verdict.copy.state

describe('while Clerk\'s API', () => {
  it.each([
    ['drops every connection', { down: true }, /Clerk did not answer/],
    ['answers with a page that is not its own', { nonsense: true }, /Clerk/],
    ['says that it is asked too often', { status: 429, retryAfter: 0 }, /429/],
    ['fails', { status: 503, retryAfter: 0 }, /503/],
  ])('%s, reads, posts and deliveries go on, the verdict says why, and heals', async (what, backend, words) => {
    const { clerk } = rollcall
    onTestFinished(() => clerk.faults.clear())
    clerk.faults.set({ backend })
    expect(await check()).toMatchObject({ status: 502, text: expect.stringMatching(words) })
    expect(await copy()).toBe('not-compared')
    expect((await rollcall.request('/')).status).toBe(200)
    expect((await rollcall.request('/api/posts', { as: ada, json: { body: 'Still here.' } })).status).toBe(201)
    clerk.users.update(ada, { lastName: `whose Clerk ${what}` })
    await clerk.deliveries.settled()
    expect(await (await rollcall.request(`/api/users/${ada}`)).text()).toContain(`whose Clerk ${what}`)
    // Someone who writes before their webhook has come is not held up by a Clerk that says nothing.
    const newcomer = clerk.users.create({ firstName: 'Zoë' }, { silent: true }).id
    expect((await rollcall.request('/api/posts', { as: newcomer, json: { body: 'I am new.' } })).status).toBe(201)

    clerk.faults.clear()
    await until(check, ({ status }) => status === 200)
    expect(await copy()).not.toBe('not-compared')
    expect(rollcall.app.output()).not.toContain('Zoë')
  }, 60_000)
})

it('asked to stop, it finishes what is under way, closes the streams, takes nothing new, and ends within 5 s', async () => {
  const { app, db } = rollcall
  const streams = await Promise.all([1, 2, 3].map(() => openEventStream(app.url)))
  const lock = db.openSession()
  onTestFinished(() => lock.$client.end({ timeout: 1 }))
  await lock.$client`begin`
  await lock.$client`select from users where id = ${ada} for update`
  const underWay = Array.from({ length: 10 }, (_, n) => rollcall.request('/api/posts', { as: ada, json: { body: `Under way ${n}.` } }))
  await expect.poll(async () => (await db.$client`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`).length).toBe(underWay.length)

  const ended = new Promise<number | null>(done => app.process.once('exit', done))
  const began = performance.now()
  app.process.kill('SIGTERM')
  await Promise.all(streams.map(stream => stream.ended))
  await expect.poll(() => fetch(`${app.url}/api/health`).then(() => 'answered', () => 'refused')).toBe('refused')
  await sleep(300)
  await lock.$client`rollback`
  expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual(underWay.map(() => 201))
  expect(await ended).toBe(0)
  expect(performance.now() - began).toBeLessThan(5_000)
})
