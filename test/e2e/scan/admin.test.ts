import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunDetail } from '#shared/types/admin.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let admin: string
let member: string

beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2 })
  admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
  member = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  await rollcall.clerk.deliveries.idle()
})
afterAll(() => rollcall?.stop())

const start = (json: unknown, as: string | null = admin) => rollcall.request('/api/admin/reconcile', { as, json })

async function finished(runId: string): Promise<RunDetail> {
  for (let tries = 0; tries < 100; tries++) {
    const run: RunDetail = await (await rollcall.request(`/api/admin/runs/${runId}`, { as: admin })).json()
    if (run.finishedAt) return run
    await sleep(100)
  }
  throw new Error('The run did not end.')
}

it('an admin starts it, follows it, and finds its report', async () => {
  rollcall.clerk.deliveries.pause()
  rollcall.clerk.users.update(member, { firstName: 'Benjamin' })
  const dry = await start({ dryRun: true })
  expect(dry.status).toBe(202)
  const found = await finished((await dry.json()).runId)
  expect(found).toMatchObject({ kind: 'reconcile', dryRun: true, startedBy: admin, error: null, counts: { seen: 2, written: 0 } })
  expect(found.report?.drift.stale).toEqual([member])

  const repaired = await finished((await (await start({})).json()).runId)
  expect(repaired).toMatchObject({ dryRun: false, counts: { written: 1 } })
  expect(await rollcall.db.$client`select first_name, synced_by from users where id = ${member}`).toMatchObject([{ first_name: 'Benjamin', synced_by: 'scan' }])
  rollcall.clerk.deliveries.resume()
  await rollcall.clerk.deliveries.idle()
})

it('names those who are missing as Clerk does now, and keeps no name', async () => {
  const { users } = rollcall.clerk
  const missing = users.create({ firstName: '三', lastName: '张', username: 'zhangsan' }, { silent: true }).id
  const soonGone = users.create({ firstName: 'Gone', lastName: 'Soon' }, { silent: true }).id
  const { runId } = await (await start({ dryRun: true })).json()
  const run = await finished(runId)
  expect(run.report?.drift.missing.toSorted()).toEqual([missing, soonGone].sort())
  expect(JSON.stringify(run)).not.toContain('Soon')
  const people = async () => (await rollcall.request(`/api/admin/runs/${runId}/people`, { as: admin })).json()
  expect(await people()).toMatchObject({ people: { [missing]: { name: '张三', username: 'zhangsan' }, [soonGone]: { name: 'Gone Soon' } }, failure: null })
  expect(await rollcall.db.$client`select 1 from sync_runs where report::text like '%Soon%'`).toHaveLength(0)

  // Nothing is here of them: the preview is what Clerk says.
  const preview = await rollcall.request(`/api/admin/users/${missing}`, { as: admin })
  expect(await preview.json()).toMatchObject({ user: null, events: [] })
  const diff = await (await rollcall.request(`/api/admin/users/${missing}/diff`, { as: admin })).json()
  expect(diff).toMatchObject({ status: 'unknown', person: { name: '张三' } })
  expect(diff.fields).toContainEqual({ field: 'username', clerk: 'zhangsan', ours: null })

  users.delete(soonGone, { silent: true })
  expect(Object.keys((await people()).people)).toEqual([missing])
  rollcall.clerk.faults.set({ backend: { status: 500 } })
  expect(await people()).toEqual({ people: {}, failure: { code: 'status', status: 500 } })
  expect((await rollcall.request(`/api/admin/users/${soonGone}`, { as: admin })).status).toBe(502)
  rollcall.clerk.faults.clear()
  expect((await rollcall.request(`/api/admin/users/${soonGone}`, { as: admin })).status).toBe(404)
  users.delete(missing, { silent: true })
})

it('one runs at a time, whichever instance is asked', async () => {
  rollcall.clerk.faults.set({ backend: { latencyMs: 500 } })
  const answers = await Promise.all(rollcall.apps.map(app => rollcall.request('/api/admin/reconcile', { as: admin, json: {}, app })))
  expect(answers.map(answer => answer.status).sort()).toEqual([202, 409])
  rollcall.clerk.faults.clear()
  for (const answer of answers) if (answer.status === 202) await finished((await answer.json()).runId)
})

it('a run that Clerk fails says so and takes no one for gone', async () => {
  rollcall.clerk.faults.set({ backend: { status: 403 } })
  // The instance guard does not know, so the run starts, and fails.
  const { runId } = await (await start({})).json()
  const run = await finished(runId)
  rollcall.clerk.faults.clear()
  expect(run.error).toEqual({ code: 'clerk', failure: { code: 'status', status: 403 } })
  expect(await rollcall.db.$client`select 1 from users where deleted_at is not null`).toHaveLength(0)
})

it('one user is synced again at once', async () => {
  rollcall.clerk.deliveries.pause()
  rollcall.clerk.users.update(member, { firstName: 'Benno' })
  const answer = await rollcall.request(`/api/admin/users/${member}/resync`, { as: admin, method: 'POST' })
  expect(await answer.json()).toMatchObject({ outcome: 'applied', written: true })
  expect(await (await rollcall.request(`/api/users/${member}`)).json()).toMatchObject({ name: 'Benno' })
  rollcall.clerk.deliveries.resume()
  expect((await rollcall.request('/api/admin/users/user_unknown/resync', { as: admin, method: 'POST' })).status).toBe(404)
})

it.each([
  ['POST', '/api/admin/reconcile'],
  ['POST', '/api/admin/users/user_1/resync'],
  ['GET', '/api/admin/runs/01900000-0000-7000-8000-000000000000'],
])('%s %s is for admins', async (method, path) => {
  const send = (as: string | null) => rollcall.request(path, { as, method, headers: { 'content-type': 'application/json' }, body: method === 'POST' ? '{}' : undefined })
  expect((await send(null)).status).toBe(401)
  expect((await send(member)).status).toBe(403)
})

it.each([{ dryRun: 'yes' }, { force: 1 }])('%j is 400', async (input) => {
  expect((await start(input)).status).toBe(400)
})
