import { globSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '#server/utils/routes.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let admin: string
let member: string
let runId: string

beforeAll(async () => {
  rollcall = await startRollcall()
  admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
  member = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  await rollcall.clerk.deliveries.settled()
  runId = (await (await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })).json()).runId
})
afterAll(() => rollcall?.stop())

const routes = Object.entries(apiRoutes)
  .filter(([route]) => route.startsWith('/api/admin/'))
  .flatMap(([route, methods]) => methods.map(method => [method, route] as const))

it('are as many as the files', () => {
  expect(routes).toHaveLength(globSync('server/api/admin/**/*.ts').length)
  expect(routes.length).toBeGreaterThan(10)
})

/** What stands for `:id`, so that an admin finds something. */
const pathOf = (route: string) => route.replace(':id', route.startsWith('/api/admin/runs') ? runId : member)

describe.each(routes)('%s %s', (method, route) => {
  const send = async (as: string | null) => {
    const answer = await rollcall.request(pathOf(route), { as, method, ...(method === 'GET' ? {} : { json: {} }) })
    // A stream would not end by itself.
    await answer.body?.cancel()
    return answer.status
  }

  it('is closed to guests and members, and open to admins', async () => {
    expect(await send(null)).toBe(401)
    expect(await send(member)).toBe(403)
    expect(Math.floor(await send(admin) / 100)).toBe(2)
  })
})
