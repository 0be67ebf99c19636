import { randomUUID } from 'node:crypto'
import parsePrometheus from 'parse-prometheus-text-format'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deliver } from '#scripts/lib/delivery.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { until } from '../support/admin.ts'

const token = 'a-token-of-some-length'
let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ env: { METRICS_TOKEN: token } })
})
afterAll(() => rollcall?.stop())

const ask = (authorization?: string) => fetch(`${rollcall.app.url}/api/metrics`, { headers: authorization ? { authorization } : {} })
const read = async () => parsePrometheus(await (await ask(`Bearer ${token}`)).text())
const find = async (name: string, labels: Record<string, string> = {}) => (await read())
  .find(family => family.name === name)?.metrics
  .find(metric => Object.entries(labels).every(([label, value]) => metric.labels?.[label] === value))
const value = async (name: string, labels?: Record<string, string>) => Number((await find(name, labels))?.value)
const send = (type: string, secret = rollcall.clerk.webhookSecret) => deliver(rollcall.app.url, secret, JSON.stringify({
  type, timestamp: Date.now(), instance_id: rollcall.clerk.instanceId, data: { id: `user_${randomUUID().slice(0, 8)}`, updated_at: Date.now() },
}))

it('are for who brings the token', async () => {
  const refused = await ask()
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
  expect((await ask('Bearer wrong')).status).toBe(401)
  expect((await ask(`Bearer ${token}x`)).status).toBe(401)
  const given = await ask(`Bearer ${token}`)
  expect(given.status).toBe(200)
  expect(given.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
})

it('each says what it is', async () => {
  const families = await read()
  for (const family of families) {
    expect(family.help, family.name).toBeTruthy()
    expect(['COUNTER', 'GAUGE', 'HISTOGRAM', 'SUMMARY'], family.name).toContain(family.type)
  }
  expect(families.map(family => family.name)).toEqual(expect.arrayContaining([
    'rollcall_deliveries_total', 'rollcall_deliveries_refused_total', 'rollcall_apply_seconds', 'rollcall_lag_seconds', 'rollcall_users',
    'rollcall_drift_users', 'rollcall_reconciles', 'rollcall_live_clients', 'process_cpu_user_seconds_total', 'nodejs_eventloop_lag_seconds',
  ]))
})

it('rise with real deliveries', async () => {
  const labels = { type: 'user.created', outcome: 'applied' }
  const before = await value('rollcall_deliveries_total', labels)
  await send('user.created')
  await send('user.created')
  expect(await value('rollcall_deliveries_total', labels)).toBe(before + 2)
  expect(Number((await find('rollcall_lag_seconds'))?.count)).toBe(2)
  expect(Number((await find('rollcall_apply_seconds'))?.count)).toBe(2)
  expect(await value('rollcall_last_event_age_seconds')).toBeLessThan(60)
  await until(() => value('rollcall_users', { state: 'here' }), count => count === 2)

  const admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id
  // A copy that was compared: else the check asks for a full comparison, which deletes the two.
  await rollcall.db.$client`update sync_state set compared_at = now(), seen_until = now() - interval '1 hour'`
  const checkedSince = Date.now()
  for (let n = 0; n < 2; n++) await rollcall.request('/api/admin/check', { as: admin, method: 'POST' })
  // The events were of users whom the local Clerk does not have.
  expect(await value('rollcall_clerk_users')).toBe(1)
  expect(await value('rollcall_count_difference')).toBe(-2)
  expect(await value('rollcall_checked_timestamp_seconds')).toBeGreaterThan(checkedSince / 1000 - 1)
  expect(await value('rollcall_repaired_total', { by: 'check', kind: 'missing' })).toBe(1)
  expect(await value('rollcall_repaired_total', { by: 'scan', kind: 'gone' })).toBe(0)
})

it('count what could not be verified', async () => {
  await send('user.created', 'whsec_d3JvbmctYnV0LXdlbGwtZm9ybWVkLXNlY3JldCE=')
  expect(await value('rollcall_deliveries_refused_total', { reason: 'signature' })).toBe(1)
})

it('do not grow a label for each type that someone invents', async () => {
  for (let n = 0; n < 5; n++) await send(`invented.${n}`)
  expect(await value('rollcall_deliveries_total', { type: 'other', outcome: 'ignored' })).toBe(5)
  expect(await (await ask(`Bearer ${token}`)).text()).not.toContain('invented')
})

it('are not there without a token of the server\'s own', async () => {
  const without = await startRollcall()
  const answer = await fetch(`${without.app.url}/api/metrics`)
  expect(answer.status).toBe(404)
  expect((await answer.json()).message).toContain('METRICS_TOKEN')
  await without.stop()
})

it('health is degraded while nobody can compare, and says nothing of anyone', async () => {
  const lonely = await startRollcall({
    env: { SYNC_CHECK_SECONDS: '3600' },
    clerk: { seed: true, paused: true },
    prepare: clerk => clerk.faults.set({ backend: { status: 403 } }),
  })
  const health = async () => (await fetch(`${lonely.app.url}/api/health`)).json()
  const degraded = await until(health, ({ status }) => status === 'degraded')
  expect(Object.keys(degraded)).toEqual(['status', 'message'])
  expect((await fetch(`${lonely.app.url}/api/health`)).status).toBe(200)
  lonely.clerk.faults.clear()
  const admin = lonely.clerk.users.list().find(({ publicMetadata }) => publicMetadata.role === 'admin')?.id ?? ''
  expect((await lonely.request('/api/admin/check', { as: admin, method: 'POST' })).status).toBe(200)
  expect(await until(health, ({ status }) => status === 'ok')).toEqual({ status: 'ok' })
  await lonely.stop()
})
