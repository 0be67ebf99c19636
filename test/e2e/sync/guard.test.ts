import postgres from 'postgres'
import { afterEach, expect, it } from 'vitest'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const OTHER = 'ins_000000000000000000000000000'

let rollcall: Rollcall
afterEach(() => rollcall?.stop())

/** A database that mirrors this Clerk instance already. */
const mirroring = (instance: string) => async (url: string) => {
  const sql = postgres(url, { max: 1 })
  await sql`insert into sync_state (id, instance_id) values (1, ${instance}) on conflict (id) do update set instance_id = excluded.instance_id`
  await sql.end()
  return url
}

const send = (instance: string) => deliver(rollcall.app.url, rollcall.clerk.webhookSecret, JSON.stringify({ ...fixture('user.created'), instance_id: instance }))
const rows = () => rollcall.db.$client`select id, synced_by from users`

it('with the key of another Clerk app nothing writes a user, by any way in', async () => {
  let admin = ''
  rollcall = await startRollcall({
    env: { SYNC_CHECK_SECONDS: '3600' },
    route: mirroring(OTHER),
    clerk: { paused: true },
    prepare: (clerk) => {
      admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
    },
  })
  const foreign = rollcall.clerk.instanceId
  // The very first delivery, and the first just-in-time write.
  expect((await send(foreign)).status).toBe(422)
  expect((await send(OTHER)).status).toBe(422)
  expect((await rollcall.request('/api/posts', { as: admin, json: { body: 'Hello' } })).status).toBe(503)
  expect((await rollcall.request('/api/me/provision', { as: admin, method: 'POST' })).status).toBe(503)
  expect((await rollcall.request(`/api/admin/users/${admin}/resync`, { as: admin, method: 'POST' })).status).toBe(502)
  expect((await rollcall.request('/api/admin/check', { as: admin, method: 'POST' })).status).toBe(502)
  expect((await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })).status).toBe(502)
  expect(await rows()).toEqual([])
  expect(await rollcall.db.$client`select distinct reason, details from webhook_events`).toEqual([{ reason: 'wrong-key', details: { instance: foreign, mirrored: OTHER } }])
  const { verdict } = await (await rollcall.request('/api/admin/sync', { as: admin })).json()
  expect(verdict).toMatchObject({ level: 'bad', copy: { state: 'blocked' } })
  // Reading never waits for Clerk.
  expect((await fetch(`${rollcall.app.url}/api/posts`)).status).toBe(200)
})

it('while Clerk is silent the stored instance guards, and a delivery waits for 3 s at most, once', async () => {
  rollcall = await startRollcall({ route: mirroring(OTHER), clerk: { paused: true }, prepare: clerk => clerk.faults.set({ backend: { silent: true } }) })
  const began = performance.now()
  expect((await send(OTHER)).status).toBe(200)
  expect(performance.now() - began).toBeLessThan(5_000)
  const again = performance.now()
  expect((await send('ins_111111111111111111111111111')).status).toBe(422)
  expect(performance.now() - again).toBeLessThan(1_000)
  expect(await rows()).toMatchObject([{ synced_by: 'webhook' }])
})

it('a database that has never known an instance takes deliveries while Clerk is silent, and stores none of theirs', async () => {
  rollcall = await startRollcall({ clerk: { paused: true }, prepare: clerk => clerk.faults.set({ backend: { status: 503 } }) })
  expect((await send(rollcall.clerk.instanceId)).status).toBe(200)
  expect(await rollcall.db.$client`select instance_id from sync_state`).toEqual([{ instance_id: null }])
})

it('a row that is ahead of Clerk is put right by a re-sync that an admin asks for, at once', async () => {
  let admin = ''
  rollcall = await startRollcall({
    prepare: (clerk) => {
      admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id
    },
  })
  const body = { ...fixture('user.updated'), instance_id: rollcall.clerk.instanceId }
  // 4 minutes ahead is taken, since clocks differ.
  const at = Date.now() + 240_000
  const ahead = JSON.stringify({ ...body, data: { ...body.data, id: admin, first_name: 'Wrong', updated_at: at }, timestamp: at })
  expect((await deliver(rollcall.app.url, rollcall.clerk.webhookSecret, ahead)).status).toBe(200)
  rollcall.clerk.users.update(admin, { firstName: 'True' })
  await rollcall.clerk.deliveries.idle()
  expect(await rollcall.db.$client`select first_name from users where id = ${admin}`).toEqual([{ first_name: 'Wrong' }])
  const answer = await rollcall.request(`/api/admin/users/${admin}/resync`, { as: admin, method: 'POST' })
  expect(await answer.json()).toMatchObject({ written: true })
  expect(await rollcall.db.$client`select first_name from users where id = ${admin}`).toEqual([{ first_name: 'True' }])
})

it('without a signing secret deliveries are a 500 that comes again, and the check brings everyone', async () => {
  rollcall = await startRollcall({
    env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '', SYNC_CHECK_SECONDS: '2' },
    prepare: clerk => void clerk.users.create({ firstName: 'Ada' }, { silent: true }),
  })
  const answer = await send(rollcall.clerk.instanceId)
  expect(answer.status).toBe(500)
  expect(answer.headers.get('retry-after')).toBeTruthy()
  await expect.poll(rows, { timeout: 20_000 }).toHaveLength(1)
  const id = rollcall.clerk.users.create({ firstName: 'Ben' }, { silent: true }).id
  await expect.poll(async () => (await rows()).map(row => row.id), { timeout: 20_000 }).toContain(id)
  expect(await rollcall.db.$client`select 1 from webhook_events`).toHaveLength(0)
})
