import { afterAll, beforeAll, expect, it } from 'vitest'
import { deliver } from '#scripts/lib/delivery.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { adminApi, until } from '../support/admin.ts'

let rollcall: Rollcall
let admin: string
let api: ReturnType<typeof adminApi>

beforeAll(async () => {
  rollcall = await startRollcall({
    instances: 2,
    // One check at the start; the others are asked for.
    env: { RECONCILE_CRON: '0 4 * * *', SYNC_CHECK_SECONDS: '3600' },
    prepare: (clerk) => {
      admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id
    },
  })
  api = adminApi(rollcall, admin)
})
afterAll(() => rollcall?.stop())

const check = async () => expect((await rollcall.request('/api/admin/check', { as: admin, method: 'POST' })).status).toBe(200)
const codes = ({ verdict }: Awaited<ReturnType<typeof api.health>>) => verdict.problems.map(problem => problem.code)
const statusOf = async () => await (await fetch(`${rollcall.app.url}/api/health`)).json()
const wrong = 'whsec_d3JvbmctYnV0LXdlbGwtZm9ybWVkLXNlY3JldCE='
/** A change younger than 10 s is left to its webhook once. */
const checkTwice = async () => {
  await check()
  await check()
}

it('compares by itself at the first start, and says equal only then', async () => {
  // Users are counted once in 5 s.
  const health = await until(api.health, ({ verdict, facts }) => verdict.copy.state === 'equal' && facts.users.here > 0)
  expect(health.verdict.copy.sentence).toMatch(/^Your copy equals Clerk's\. Every change until \d\d:\d\d:\d\d UTC is here \(checked \d+ s ago\)\.$/)
  expect(health.verdict.endpoint).toMatchObject({ state: 'quiet', level: 'note' })
  expect(codes(health)).toEqual(['never-heard'])
  expect(health.facts).toMatchObject({
    lastEventAt: null, check: { every: 3600, counts: { clerk: 1 }, failure: null }, users: { here: 1 },
    lastReconcile: { kind: 'reconcile', startedBy: 'check', error: null }, keys: { signingSecrets: 1, publishable: 'test', secret: 'test' },
  })
  expect(Date.parse(health.facts.nextReconcileAt ?? '')).toBeGreaterThan(Date.now())
  expect(await statusOf()).toEqual({ status: 'ok' })
})

/** The first comparison is over, and a webhook has come since. */
const hear = async () => {
  await until(api.health, ({ verdict }) => verdict.copy.state === 'equal')
  rollcall.clerk.users.update(admin, { lastName: 'Lind' })
  await rollcall.clerk.deliveries.idle()
  await check()
}

it('is green once events come', async () => {
  await hear()
  const health = await api.health()
  expect(health.verdict).toMatchObject({ level: 'ok', copy: { state: 'equal' }, endpoint: { state: 'ok', sentence: 'Webhooks work. The last event came less than a minute ago.' }, problems: [] })
  expect(health.facts).toMatchObject({ running: null, cutOff: null, failed: { count: 0 }, rejected: { count: 0 } })
})

it('a lost rename is catching up, then healed, and no count could have told', async () => {
  await hear()
  rollcall.clerk.users.update(admin, { firstName: 'Adele' }, { silent: true })
  await check()
  expect((await api.health()).verdict.copy).toMatchObject({ state: 'catching-up', level: 'note' })
  await check()
  const healed = await api.health()
  expect(healed.verdict.copy).toMatchObject({ state: 'equal', level: 'ok' })
  expect(healed.verdict.endpoint).toMatchObject({ state: 'missed', level: 'warn', sentence: '1 change in the last 24 h never arrived by webhook and was repaired by the check: Adele Lind.' })
  expect(healed.facts.repairs).toMatchObject({ count: 1, users: [{ id: admin, name: 'Adele Lind', kind: 'stale' }] })

  // Its event comes late: then the webhooks work, and were slow.
  rollcall.clerk.users.update(admin, { lastName: 'Lindh' })
  await rollcall.clerk.deliveries.idle()
  expect((await api.health()).verdict.endpoint).toMatchObject({ state: 'ok', level: 'ok' })
})

it('refusals alone are a note; with a change that the check had to repair they are red, on every instance, and calm down', async () => {
  await hear()
  const body = JSON.stringify({ type: 'user.updated' })
  for (let n = 0; n < 3; n++) expect((await deliver(rollcall.apps[1]?.url ?? '', wrong, body)).status).toBe(400)
  const noted = await until(api.health, ({ facts }) => facts.refusals[0]?.streak === 3)
  expect(noted.verdict.level).toBe('ok')
  expect(noted.verdict.problems).toMatchObject([{ code: 'refused-some', level: 'note' }])

  rollcall.clerk.users.update(admin, { lastName: 'Lost' }, { silent: true })
  await checkTwice()
  const red = await api.health(rollcall.apps[1])
  expect(red.verdict).toMatchObject({ level: 'bad', copy: { state: 'equal', level: 'ok' }, endpoint: { state: 'refused', level: 'bad' } })
  expect(red.verdict.sentence).toMatch(/^Clerk's deliveries are refused: 3 since \d\d:\d\d UTC could not be verified, and none was\. The signing secret here is not the endpoint's\.$/)
  expect(red.verdict.problems[0]?.action).toContain('NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
  expect(await rollcall.db.$client`select 1 from webhook_events where user_id is null`).toHaveLength(0)
  expect(await until(statusOf, ({ status }) => status === 'degraded')).toMatchObject({ message: expect.stringContaining('deliveries are refused') })

  rollcall.clerk.users.update(admin, { lastName: 'Lindqvist' })
  await rollcall.clerk.deliveries.idle()
  const calm = await api.health()
  expect(calm.verdict.level).toBe('ok')
  expect(calm.verdict.problems).toMatchObject([{ code: 'forged', level: 'note' }])
  expect(calm.facts.refusals).toMatchObject([{ reason: 'signature', day: 3, streak: 0, since: null }])
})

it('tells the reasons apart, and writes one row for each', async () => {
  const signature = (await api.health()).facts.refusals.find(({ reason }) => reason === 'signature')?.day ?? 0
  const body = JSON.stringify({ type: 'user.updated' })
  await deliver(rollcall.app.url, wrong, body)
  await deliver(rollcall.app.url, rollcall.clerk.webhookSecret, body, { at: new Date(Date.now() - 600_000) })
  await fetch(`${rollcall.app.url}/api/webhooks`, { method: 'POST', body })
  const { facts } = await until(api.health, ({ facts }) => facts.refusals.length === 3)
  expect(facts.refusals.map(({ reason, day }) => [reason, day])).toEqual([['headers', 1], ['signature', signature + 1], ['time', 1]])
})

it('says not compared while Clerk does not answer, and since when', async () => {
  await hear()
  rollcall.clerk.faults.set({ backend: { status: 403 } })
  expect((await rollcall.request('/api/admin/check', { as: admin, method: 'POST' })).status).toBe(502)
  const silent = await api.health()
  expect(silent.verdict.copy).toMatchObject({ state: 'not-compared', level: 'warn' })
  expect(silent.verdict.copy.sentence).toMatch(/^Not compared since \d\d:\d\d UTC\. Clerk answered 403\.$/)
  rollcall.clerk.faults.clear()
  await check()
  expect((await api.health()).verdict.copy.state).toBe('equal')
})

it('counts that differ are a difference after three checks, and are healed there', async () => {
  await hear()
  const ghost = rollcall.clerk.users.create({ firstName: 'Ghost' })
  await rollcall.clerk.deliveries.idle()
  await check()
  rollcall.clerk.users.delete(ghost.id, { silent: true })
  await check()
  expect((await api.health()).verdict.copy.state).toBe('catching-up')
  await checkTwice()
  const healed = await api.health()
  expect(healed.verdict.copy.state).toBe('equal')
  expect(healed.facts.repairs.users).toContainEqual({ id: ghost.id, name: null, kind: 'gone' })
})
