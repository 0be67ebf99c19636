import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let member: string
beforeAll(async () => {
  rollcall = await startRollcall()
  member = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  await rollcall.clerk.deliveries.settled()
})
afterAll(() => rollcall?.stop())

const cases: [path: string, who: string | null, status: number, words: string | null][] = [
  ['/admin', 'member', 403, 'This page is for admins.'],
  ['/admin/users', 'member', 403, 'This page is for admins.'],
  ['/admin', null, 302, null],
  ['/settings', null, 302, null],
  ['/posts/01990000-0000-7000-8000-000000000001', null, 404, 'Page not found'],
  ['/posts/nonsense', null, 404, 'Page not found'],
  ['/users/user_nobody', 'member', 404, 'Page not found'],
  ['/nothing', null, 404, 'Page not found'],
]

it.each(cases)('%s for %s is %i with words for people, and nothing in the server\'s log', async (path, who, status, words) => {
  const before = rollcall.app.output()
  const answer = await rollcall.request(path, { as: who && member, headers: { accept: '*/*, text/html' }, redirect: 'manual' })
  expect(answer.status).toBe(status)
  if (words) expect(await answer.text()).toContain(words)
  // The log gathers lines for a moment.
  await sleep(200)
  expect(rollcall.app.output().slice(before.length)).not.toMatch(/"level":"(?:warn|error)"/)
})
