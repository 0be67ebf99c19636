import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '#server/utils/routes.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let admin: string
const someone = '01990000-0000-7000-8000-000000000001'

beforeAll(async () => {
  rollcall = await startRollcall({ env: { METRICS_TOKEN: 'a-token-of-some-length' } })
  admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
  await rollcall.clerk.deliveries.settled()
})
afterAll(() => rollcall?.stop())

const routes = Object.entries(apiRoutes).flatMap(([route, methods]) => methods.map(method => [method, route] as const))
const unsafe = routes.filter(([method, route]) => method !== 'GET' && route !== '/api/webhooks' && route !== '/api/cron/check')
const pathOf = (route: string) => route.replace(':id', /posts|runs/.test(route) ? someone : admin)

async function ask(method: string, route: string, headers: Record<string, string> = {}, as: string | null = admin) {
  const answer = await rollcall.request(pathOf(route), { as, method, headers, ...method === 'GET' ? {} : { json: {} } })
  // A stream would not end by itself.
  if (route.endsWith('/live')) await answer.body?.cancel()
  return { status: answer.status, headers: answer.headers, message: route.endsWith('/live') ? '' : await answer.text() }
}

const isForeign = ({ status, message }: { status: number, message: string }) => status === 403 && message.includes('another site')

/** What a browser adds by itself; that a real session is taken this way is seen in the browser's tests. */
const cookie = '__session=of-someone'

describe.each(unsafe)('%s %s', (method, route) => {
  it.each(['https://evil.example', 'null', 'http://localhost:1'])('is refused to a page of %s, with a bearer too', async (origin) => {
    expect(isForeign(await ask(method, route, { origin }))).toBe(true)
    expect(isForeign(await ask(method, route, { origin, cookie }, null))).toBe(true)
  })

  it('is served to a page of our own, and to who brings a bearer without an origin', async () => {
    expect(isForeign(await ask(method, route, { origin: rollcall.app.url }))).toBe(false)
    expect(isForeign(await ask(method, route))).toBe(false)
  })

  it('takes a cookie from our own pages alone', async () => {
    expect((await ask(method, route, { cookie, origin: rollcall.app.url }, null)).status).toBe(401)
    const bare = await ask(method, route, { cookie }, null)
    expect(bare.status).toBe(403)
    expect(bare.message).toContain('Origin')
  })
})

it('a delivery comes from anywhere: it is signed', async () => {
  expect((await ask('POST', '/api/webhooks', { origin: 'https://evil.example' }, null)).status).toBe(400)
})

it('a scheduler brings a token of its own; without the variable there is nothing', async () => {
  for (const method of ['GET', 'POST']) expect((await ask(method, '/api/cron/check', { origin: 'https://evil.example', authorization: 'Bearer anything-at-all' }, null)).status).toBe(404)
})

it.each(routes)('%s %s is kept by no cache, whoever asks and whatever the answer', async (method, route) => {
  for (const as of [null, admin]) {
    const { headers, status } = await ask(method, route, {}, as)
    // Nitro says `no-cache` of whatever is not there.
    expect(headers.get('cache-control'), `${status}`).toMatch(status === 404 ? /^no-cache$/ : /^private, .*no-store/)
  }
})

it('a page is kept by the reader\'s own browser alone, and asked for again; what never changes is kept', async () => {
  for (const path of ['/', '/people', `/posts/${someone}`, '/nothing']) {
    for (const as of [null, admin]) {
      const answer = await rollcall.request(path, { as, headers: { accept: '*/*, text/html' } })
      expect(answer.headers.get('cache-control'), path).toBe('private, no-cache')
    }
  }
  const html = await (await rollcall.request('/', { headers: { accept: '*/*, text/html' } })).text()
  const [asset = ''] = /\/_nuxt\/[\w.-]+\.js/.exec(html) ?? []
  expect((await rollcall.request(asset)).headers.get('cache-control')).toContain('immutable')
})
