import { execFile } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeAll(async () => {
  mirror = await startMirror()
  for (let index = 0; index < 12; index++) mirror.clerk.users.create({ firstName: `Person ${index}` }, { silent: true })
})
afterAll(() => mirror.stop())

function sync(args: string[], env: Record<string, string> = {}): Promise<{ code: number, output: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, ['scripts/sync.ts', ...args], {
      env: { PATH: process.env.PATH, ...mirror.clerk.env, DATABASE_URL: mirror.databaseUrl, ...env },
    }, (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, output: stdout + stderr }))
  })
}

it('imports, finds nothing the second time, and says so in plain lines', async () => {
  const first = await sync(['backfill'])
  expect(first).toMatchObject({ code: 0 })
  expect(first.output).toMatch(/12 of 12 users, \d+ a second/)
  expect(first.output).toContain('12 missing here')
  expect(await sync(['backfill'])).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was missing.') })
})

it('exits 3 on drift in a dry run, 2 when it refuses, 0 when forced', async () => {
  for (const user of mirror.clerk.users.list().slice(0, 11)) mirror.clerk.users.delete(user.id)
  const refused = await sync(['reconcile'])
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.output).toContain('--force')
  expect(await sync(['reconcile', '--dry-run', '--force'])).toMatchObject({ code: 3 })
  expect(await sync(['reconcile', '--force'])).toMatchObject({ code: 0 })
  expect(await sync(['reconcile'])).toMatchObject({ code: 0, output: expect.stringContaining('The copy equals Clerk.') })
})

it('says what is missing, and what is wrong with the key', async () => {
  const unset = await sync(['reconcile'], { DATABASE_URL: '', NUXT_CLERK_SECRET_KEY: '' })
  expect(unset.code).toBe(1)
  expect(unset.output).toContain('Set DATABASE_URL')
  expect(unset.output).toContain('Set NUXT_CLERK_SECRET_KEY')
  expect((await sync(['reconcile'], { NUXT_CLERK_SECRET_KEY: 'sk_test_wrong' })).code).toBe(1)
})

it('the key of another instance is refused', async () => {
  await mirror.db.$client`update sync_state set instance_id = 'ins_000000000000000000000000000'`
  const { code, output } = await sync(['reconcile'])
  expect(code).toBe(1)
  expect(output).toContain('but this database mirrors ins_000000000000000000000000000')
})
