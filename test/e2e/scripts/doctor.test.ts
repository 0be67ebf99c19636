import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'
import { run } from '../support/process.ts'

let mirror: Mirror
beforeEach(async () => {
  mirror = await startMirror()
  mirror.clerk.users.import({ count: 12, createdAt: Date.now() - 7_200_000, updatedAt: Date.now() - 3_600_000 })
})
afterEach(() => mirror.stop())

async function doctor(env: Record<string, string> = {}) {
  const child = run(process.execPath, ['scripts/doctor.ts'], { ...mirror.clerk.env, DATABASE_URL: mirror.databaseUrl, NUXT_SITE_URL: 'http://localhost:3000', ...env })
  return { code: await child.ended, output: child.output() }
}

const guard = () => createGuard(mirror.db, mirror.reader)
const runCheck = () => check(mirror.db, mirror.reader, guard(), { everySeconds: 0 })
const compare = async () => (await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' }))?.done

it('says that the copy was never compared, then until when every change is here', async () => {
  expect(await doctor()).toMatchObject({ code: 0, output: expect.stringContaining('never been compared') })
  await compare()
  await runCheck()
  const { code, output } = await doctor()
  expect(code).toBe(0)
  expect(output).toMatch(/The last check finished at \S+Z\. Every change in Clerk until \S+Z is here\./)
})

it('before the server ever ran, finds no row of the state and nothing wrong', async () => {
  await mirror.db.$client`delete from sync_state`
  expect(await doctor()).toMatchObject({ code: 0, output: expect.stringContaining('never been compared') })
})

it('says that the check is off, and what then cannot arrive', async () => {
  expect(await doctor({ SYNC_CHECK_SECONDS: '0' })).toMatchObject({ code: 0, output: expect.stringContaining('The check is off') })
  expect(await doctor({ SYNC_CHECK_SECONDS: '0', NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' })).toMatchObject({ code: 1, output: expect.stringContaining('no change of Clerk can arrive') })
  expect(await doctor({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' })).toMatchObject({ code: 0, output: expect.stringContaining('changes come by the check alone') })
})

it('counts that differ are wrong, and say how to mend them', async () => {
  await compare()
  for (const { id } of mirror.clerk.users.list().slice(0, 11)) mirror.clerk.users.delete(id, { silent: true })
  for (let n = 0; n < 3; n++) await runCheck()
  const { code, output } = await doctor()
  expect(code).toBe(1)
  expect(output).toContain('Clerk has 1 user, and 12 are here')
  expect(output).toContain('run a reconcile')
})

it('says that no check finishes, and that the server may be down', async () => {
  await compare()
  await runCheck()
  await mirror.db.$client`update sync_state set checked_at = now() - interval '1 hour'`
  expect(await doctor()).toMatchObject({ code: 0, output: expect.stringContaining('The check runs inside the server') })
})

it('while Clerk failed the last check, says so', async () => {
  await compare()
  mirror.clerk.faults.set({ backend: { status: 429 } })
  await expect(runCheck()).rejects.toThrow('429')
  mirror.clerk.faults.clear()
  expect(await doctor()).toMatchObject({ code: 1, output: expect.stringContaining('asked too often (429)') })
})

it('says that a proxy may stand before the server, unless it is trusted', async () => {
  expect((await doctor()).output).not.toContain('X-Forwarded-For')
  await mirror.db.$client`update sync_state set forwarded_at = now() - interval '1 hour'`
  expect(await doctor()).toMatchObject({ code: 0, output: expect.stringMatching(/X-Forwarded-For[\s\S]*set TRUSTED_PROXIES/) })
  expect((await doctor({ TRUSTED_PROXIES: '1' })).output).not.toContain('X-Forwarded-For')
  await mirror.db.$client`update sync_state set forwarded_at = now() - interval '2 days'`
  expect((await doctor()).output).not.toContain('X-Forwarded-For')
})
