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
    env: { RECONCILE_CRON: '0 4 * * *' },
    // Before the first count of Clerk's users, which holds for a minute.
    prepare: (clerk) => {
      admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id
    },
  })
  api = adminApi(rollcall, admin)
})
afterAll(() => rollcall?.stop())

const codes = ({ verdict }: Awaited<ReturnType<typeof api.health>>) => verdict.problems.map(problem => problem.code)
const wrong = 'whsec_d3JvbmctYnV0LXdlbGwtZm9ybWVkLXNlY3JldCE='

it('says that nothing has come yet', async () => {
  const health = await api.health()
  expect(health.verdict.level).toBe('bad')
  expect(codes(health)).toContain('never-heard')
  expect(health.facts).toMatchObject({ lastEventAt: null, count: { state: 'known', clerk: 1, ours: 0 }, keys: { signingSecrets: 1, publishable: 'test', secret: 'test' } })
  expect(Date.parse(health.facts.nextReconcileAt ?? '')).toBeGreaterThan(Date.now())
})

it('is right once a reconcile has brought in who was missing and events come', async () => {
  const dry = await api.reconcile({ dryRun: true })
  expect(dry.found?.driftCounts.missing).toBe(1)
  expect(codes(await api.health())).toContain('drift')
  const run = await api.reconcile({})
  expect(run).toMatchObject({ startedBy: admin, startedByName: 'Ada', error: null, counts: { seen: 1, written: 1 } })
  expect(run.people[admin]).toMatchObject({ name: 'Ada', status: 'here' })

  rollcall.clerk.users.update(admin, { lastName: 'Lind' })
  await rollcall.clerk.deliveries.idle()
  const health = await until(api.health, ({ verdict }) => verdict.sentence.startsWith('Your copy is right'))
  expect(health.verdict.sentence).toMatch(/^Your copy is right: 1 user, as many as Clerk has\. The last event came less than a minute ago\.$/)
  expect(health.facts).toMatchObject({ lastReconcile: { dryRun: false }, running: null, cutOff: null, failed: { count: 0 }, rejected: { count: 0 } })
})

it('turns red on every instance when no delivery can be verified, and calms down when one can', async () => {
  const body = JSON.stringify({ type: 'user.updated' })
  for (let n = 0; n < 3; n++) expect((await deliver(rollcall.apps[1]?.url ?? '', wrong, body)).status).toBe(400)
  const red = await until(api.health, ({ verdict }) => verdict.level === 'bad' && verdict.sentence.includes(' 3 since'))
  expect(red.verdict.sentence).toMatch(/^Clerk's deliveries are refused: 3 since \d\d:\d\d UTC could not be verified, and none was\. The signing secret here is not the endpoint's\.$/)
  expect(red.verdict.problems[0]?.action).toContain('NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
  expect(await rollcall.db.$client`select 1 from webhook_events where user_id is null`).toHaveLength(0)

  rollcall.clerk.users.update(admin, { lastName: 'Lindqvist' })
  await rollcall.clerk.deliveries.idle()
  const calm = await api.health()
  expect(calm.verdict.level).toBe('ok')
  expect(calm.verdict.problems).toMatchObject([{ code: 'forged', level: 'note' }])
  expect(calm.facts.refusals).toMatchObject([{ reason: 'signature', day: 3, streak: 0, since: null }])
})

it('tells the reasons apart, and writes one row for each', async () => {
  const body = JSON.stringify({ type: 'user.updated' })
  await deliver(rollcall.app.url, rollcall.clerk.webhookSecret, body, { at: new Date(Date.now() - 600_000) })
  await fetch(`${rollcall.app.url}/api/webhooks`, { method: 'POST', body })
  const { facts } = await until(api.health, ({ facts }) => facts.refusals.length === 3)
  expect(facts.refusals.map(({ reason, day }) => [reason, day])).toEqual([['headers', 1], ['signature', 3], ['time', 1]])
})

it('compares the counts, and says when Clerk does not answer', async () => {
  const [, other] = rollcall.apps
  const late = rollcall.clerk.users.create({ firstName: 'Ben' }, { silent: true }).id
  rollcall.clerk.faults.set({ backend: { status: 503 } })
  const silent = await until(() => api.health(other), ({ facts }) => facts.count.state === 'unknown')
  expect(codes(silent)).toContain('clerk-silent')
  rollcall.clerk.faults.clear()
  const differs = await until(() => api.health(other), health => codes(health).includes('count'))
  expect(differs.facts.count).toMatchObject({ state: 'known', clerk: 2, ours: 1 })
  rollcall.clerk.users.delete(late)
})
