import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openPage, portsOfPages } from '../support/browser.ts'
import type { CrashablePostgres } from '../support/crashable-postgres.ts'
import { startCrashablePostgres } from '../support/crashable-postgres.ts'
import { postsWith } from '../support/feed.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

describe.skipIf(!hasBrowser || process.platform === 'win32')('under an open page', () => {
  let postgres: CrashablePostgres
  let rollcall: Rollcall
  let ada: string

  beforeAll(async () => {
    postgres = await startCrashablePostgres()
    const { app, clerk } = await portsOfPages()
    rollcall = await startRollcall({ port: app, clerk: { port: clerk }, route: async () => postgres.url })
    ada = rollcall.clerk.users.create({ firstName: 'Ada' }).id
    await rollcall.clerk.deliveries.settled()
    expect((await rollcall.request('/api/posts', { as: ada, json: { body: 'Ada was here before.' } })).status).toBe(201)
  })
  afterAll(async () => {
    await rollcall?.stop()
    await postgres?.stop()
  })

  it('Postgres restarts, and the page converges', { timeout: 90_000 }, async () => {
    const { page, faults, close } = await openPage({ baseURL: rollcall.app.url, allow: [/status of 50\d/] })
    await Promise.all([page.waitForResponse(response => response.url().endsWith('/api/live')), page.goto('/')])

    await postgres.crash()
    rollcall.clerk.users.update(ada, { firstName: 'Ada, again' })
    await page.waitForTimeout(1_000)
    await postgres.restart()

    await postsWith(page, 'Ada was here before.').getByTestId('user-name').getByText('Ada, again').waitFor({ timeout: 60_000 })
    await close()
    expect(faults).toEqual([])
  })
})
