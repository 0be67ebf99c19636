import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
beforeAll(async () => {
  // Six fields: every second.
  rollcall = await startRollcall({ instances: 2, env: { RECONCILE_CRON: '* * * * * *' } })
})
afterAll(() => rollcall?.stop())

it('a reconcile by schedule brings in whom no delivery brought', { timeout: 30_000 }, async () => {
  const { id } = rollcall.clerk.users.create({ firstName: 'Ada' }, { silent: true })
  for (;;) {
    const [row] = await rollcall.db.$client`select synced_by from users where id = ${id}`
    if (row) {
      expect(row.synced_by).toBe('scan')
      break
    }
    await sleep(200)
  }
  const runs = await rollcall.db.$client`select kind, started_by from sync_runs`
  expect(runs[0]).toEqual({ kind: 'reconcile', started_by: 'schedule' })
})
