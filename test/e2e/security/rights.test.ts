import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import { apiRoutes, pageRoutes } from '#server/utils/routes.ts'
import type { Actor, Actors, Carrier } from '../support/actors.ts'
import { actors, carriers, createActors } from '../support/actors.ts'
import { sendRaw } from '../support/raw-http.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** What each is answered; `302|307` where a browser is answered otherwise than a program: it fetches a new session from Clerk. */
const rights = `
method route                        nobody  member  other   author  admin   banned  deleted foreign expired forged  bare
POST   /api/webhooks                400     400     400     400     400     400     400     400     400     400     400
GET    /api/health                  200     200     200     200     200     200     200     200     200     200     200
GET    /api/live                    200     200     200     200     200     200     200     200     200     200     200
GET    /api/me                      401     200     200     200     200     200     200     401     401     401     200
POST   /api/me/provision            401     200     200     200     200     200     200     401     401     401     200
PATCH  /api/me/profile              401     200     200     200     200     403     403     401     401     401     200
GET    /api/me/restrictions         401     200     200     200     200     200     200     401     401     401     200
PUT    /api/me/restrictions/:id     401     204     400     204     204     403     403     401     401     401     204
DELETE /api/me/restrictions/:id     401     204     204     204     204     204     204     401     401     401     204
GET    /api/posts                   200     200     200     200     200     200     200     200     200     200     200
POST   /api/posts                   401     201     201     201     201     403     403     401     401     401     201
GET    /api/posts/:id               200     200     200     200     200     200     200     200     200     200     200
PATCH  /api/posts/:id               401     403     403     200     403     403     403     401     401     401     403
DELETE /api/posts/:id               401     403     403     204     204     403     403     401     401     401     403
GET    /api/posts/:id/replies       200     200     200     200     200     200     200     200     200     200     200
POST   /api/posts/:id/restore       401     403     403     200     403     403     403     401     401     401     403
PUT    /api/posts/:id/like          401     200     200     200     200     403     403     401     401     401     200
DELETE /api/posts/:id/like          401     200     200     200     200     200     200     401     401     401     200
GET    /api/notifications           401     200     200     200     200     200     200     401     401     401     200
PUT    /api/notifications/seen      401     200     200     200     200     200     200     401     401     401     200
POST   /api/reports                 401     204     400     204     204     403     403     401     401     401     204
GET    /api/users                   401     200     200     200     200     200     200     401     401     401     200
GET    /api/users/recent            200     200     200     200     200     200     200     200     200     200     200
GET    /api/users/:id               200     200     200     200     200     200     200     200     200     200     200
GET    /api/metrics                 401     401     401     401     401     401     401     401     401     401     401
GET    /api/cron/check              401     401     401     401     401     401     401     401     401     401     401
POST   /api/cron/check              401     401     401     401     401     401     401     401     401     401     401
GET    /api/admin/sync              401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/charts            401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/events            401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/live              401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/refusals          401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/reports           401     403     403     403     200     403     403     401     401     401     403
POST   /api/admin/reports/:id/decisions 401 403     403     403     200     403     403     401     401     401     403
GET    /api/admin/users             401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/users.csv         401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/users/:id         401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/users/:id/diff    401     403     403     403     200     403     403     401     401     401     403
POST   /api/admin/users/:id/resync  401     403     403     403     200     403     403     401     401     401     403
POST   /api/admin/check             401     403     403     403     200     403     403     401     401     401     403
POST   /api/admin/reconcile         401     403     403     403     202     403     403     401     401     401     403
GET    /api/admin/runs              401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/runs/:id          401     403     403     403     200     403     403     401     401     401     403
GET    /api/admin/runs/:id/people   401     403     403     403     200     403     403     401     401     401     403
GET    /                            200     200     200     200     200     200     200     200     200|307 200     200
GET    /people                      302     200     200     200     200     200     200     302     302|307 302     200
GET    /search                      302     200     200     200     200     200     200     302     302|307 302     200
GET    /notifications               302     200     200     200     200     200     200     302     302|307 302     200
GET    /settings                    302     200     200     200     200     200     200     302     302|307 302     200
GET    /settings/blocked            302     200     200     200     200     200     200     302     302|307 302     200
GET    /posts/:id                   200     200     200     200     200     200     200     200     200|307 200     200
GET    /users/:id                   200     200     200     200     200     200     200     200     200|307 200     200
GET    /sign-in/*                   200     200     200     200     200     200     200     200     200|307 200     200
GET    /sign-up/*                   200     200     200     200     200     200     200     200     200|307 200     200
GET    /offline                     200     200     200     200     200     200     200     200     200     200     200
GET    /admin                       302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/events                302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/reconcile             302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/reports               302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/runs/:id              302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/users                 302     403     403     403     200     403     403     302     302|307 302     403
GET    /admin/users/:id             302     403     403     403     200     403     403     302     302|307 302     403
`

const tokens = { METRICS_TOKEN: 'metrics-of-the-tests', CRON_TOKEN: 'scheduler-of-the-tests' }

let rollcall: Rollcall
let everyone: Actors
let runId = ''
let caseId = ''

beforeAll(async () => {
  rollcall = await startRollcall({ env: tokens })
  everyone = await createActors(rollcall)
  runId = (await (await ask('POST', '/api/admin/reconcile', 'admin', 'bearer')).json()).runId
  await runEnded()
  await ask('POST', '/api/reports', 'member', 'bearer')
  caseId = (await (await ask('GET', '/api/admin/reports', 'admin', 'bearer')).json()).cases[0].id
})
afterAll(() => rollcall?.stop())

const [, ...rows] = rights.trim().split('\n').map(line => line.split(/\s+/))
const table = new Map(rows.map(([method, route, ...cells]) => [`${method} ${route}`, cells]))
const routes = [
  ...Object.entries(apiRoutes).flatMap(([route, methods]) => methods.map(method => [method, route] as const)),
  ...pageRoutes.map(route => ['GET', route] as const),
]

it('the table has every route and every page, and nothing else', () => {
  expect([...table.keys()].sort()).toEqual(routes.map(([method, route]) => `${method} ${route}`).sort())
})

describe.each(routes)('%s %s', (method, route) => {
  it.each(carriers)('answers each as the table says, by %s', async (carrier) => {
    const answered: string[] = []
    for (const actor of actors) {
      const answer = await ask(method, await pathOf(route), actor, carrier)
      // A stream would not end by itself.
      await answer.body?.cancel()
      answered.push(`${actor} ${answer.status}`)
      if (route === '/api/admin/reconcile' && answer.status === 202) await runEnded()
    }
    const cells = table.get(`${method} ${route}`)?.map(cell => cell.split('|'))
    expect(answered).toEqual(actors.map((actor, index) => `${actor} ${cells?.[index]?.[carrier === 'cookie' ? 1 : 0] ?? cells?.[index]?.[0]}`))
  })
})

describe('a forged address', () => {
  const evil = 'evil.example'
  const forgeries: [string, Record<string, string>, string?][] = [
    ['Host', { host: evil }],
    ['X-Forwarded-Host', { 'x-forwarded-host': evil }],
    ['X-Forwarded-Host, a list', { 'x-forwarded-host': `${evil}, localhost` }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'ftp' }],
    ['Forwarded', { forwarded: `host=${evil};proto=ftp` }],
    ['all of them', { 'host': `${evil}:443`, 'x-forwarded-host': evil, 'x-forwarded-proto': 'ftp', 'x-forwarded-port': '1', 'x-original-host': evil, 'forwarded': `host=${evil};proto=ftp` }],
    ['a target with a host of its own', {}, `http://${evil}`],
    ['a path that reads like one', {}, `//${evil}`],
  ]
  const unknownBrowser = { 'accept': 'text/html', 'sec-fetch-dest': 'document' }

  describe.each(forgeries)('%s', (_, headers, before = '') => {
    const get = (path: string, more: Record<string, string>) => askRaw(`${before}${path}`, { ...more, ...headers })

    it('changes nothing that a page says', async () => {
      for (const path of ['/', '/people', '/sign-in', '/admin', `/users/${everyone.ids.other}`]) {
        for (const actor of ['nobody', 'member'] as const) {
          const { head, body } = await get(path, { ...unknownBrowser, ...everyone.headers(actor, 'cookie') })
          expect(head).toMatch(/^HTTP\/1.1 [234]\d\d /)
          // A path that nobody serves is said back as the path that it is.
          if (!before) expect(head + body).not.toContain(evil)
          for (const [, address] of body.matchAll(/(?:og:url" content|canonical" href)="([^"]*)"/g)) expect(address).toMatch(new RegExp(`^${rollcall.app.url}/`))
          const [, location] = /^location: (.*)$/im.exec(head) ?? []
          if (location) expect(new URL(location, rollcall.app.url).origin).toBe(rollcall.app.url)
        }
      }
    })

    it('changes nothing of where Clerk sends a browser back to', async () => {
      const { head } = await get('/people?a=b', { ...unknownBrowser, ...everyone.headers('expired', 'cookie') })
      const location = new URL(/^location: (.*)$/im.exec(head)?.[1] ?? '')
      expect(location.origin).toBe(rollcall.clerk.url)
      expect(new URL(location.searchParams.get('redirect_url') ?? '').origin).toBe(rollcall.app.url)
    })
  })

  it('of a session that Clerk did not sign is refused', async () => {
    for (const token of ['nothing', 'a.b.c', everyone.headers('forged', 'bearer').authorization?.slice('Bearer '.length)]) {
      const { head } = await askRaw(`/?__clerk_handshake=${token}`, { ...unknownBrowser, ...everyone.headers('nobody', 'cookie') })
      expect(head).toMatch(/^HTTP\/1.1 400 /)
    }
  })

  it('of Clerk\'s for apps with several domains, which this is not, is not followed', async () => {
    for (const to of [`https://${evil}/`, 'nothing', '//']) {
      const { head } = await askRaw(`/?__clerk_redirect_url=${encodeURIComponent(to)}`, { ...unknownBrowser, ...everyone.headers('nobody', 'cookie') })
      expect(head).toMatch(/^HTTP\/1.1 200 /)
    }
  })
})

/** With a Host and a target of one's own, which `fetch` would not send. */
async function askRaw(target: string, headers: Record<string, string>, method = 'GET') {
  const { text } = await sendRaw(rollcall.app.url, { method, target, headers: Object.entries(headers) })
  const end = text.indexOf('\r\n\r\n')
  return { head: text.slice(0, end), body: text.slice(end) }
}

it('a method that no route takes is no failure of ours', async () => {
  expect((await askRaw('/api/users', {}, 'TRACE')).head).toMatch(/^HTTP\/1.1 405 /)
  for (const method of ['TRACE', 'SEARCH', 'PROPFIND']) expect((await askRaw('/people', everyone.headers('member', 'cookie'), method)).head).not.toMatch(/^HTTP\/1.1 5/)
})

/** What is sent where nothing will not do. */
const bodies = (): Record<string, object> => ({
  '/api/posts': { body: 'Hello' },
  [`/api/me/restrictions/${everyone.ids.other}`]: { kind: 'mute' },
  '/api/notifications/seen': { until: new Date().toISOString() },
  '/api/reports': { userId: everyone.ids.other, reason: 'spam' },
  [`/api/admin/reports/${caseId}/decisions`]: { action: 'dismiss' },
})

function ask(method: string, path: string, actor: Actor, carrier: Carrier) {
  // As a browser opens a page: Clerk may send it to fetch a session first.
  const page: Record<string, string> = path.startsWith('/api/') || carrier === 'bearer' ? { accept: '*/*' } : { 'accept': 'text/html', 'sec-fetch-dest': 'document' }
  return rollcall.request(path, { method, redirect: 'manual', headers: { ...page, ...everyone.headers(actor, carrier) }, ...method === 'GET' ? {} : { json: bodies()[path] ?? bodyOf(method, path) } })
}

function bodyOf(method: string, path: string) {
  if (path === '/api/posts') return { body: 'Hello' }
  return method === 'PATCH' && path.startsWith('/api/posts/') ? { body: 'Hello again', editedAt: null } : {}
}

/** What stands for `:id`, so that who may ask finds something: for each a post of its own. */
async function pathOf(route: string): Promise<string> {
  if (route.includes('/posts/:id')) return route.replace(':id', await writePost(route.endsWith('/restore')))
  return route.replace('/*', '').replace(':id', route.includes('/runs/') ? runId : route.includes('/reports/') ? caseId : everyone.ids.other)
}

async function writePost(deleted: boolean): Promise<string> {
  const id = uuidv7()
  await insertPost(rollcall.db, { id, authorId: everyone.ids.author, parentId: null, body: 'Hello' })
  if (deleted) await rollcall.db.$client`update posts set deleted_at = now(), author_deleted_at = now(), deleted_by = author_id where id = ${id}`
  return id
}

const runEnded = () => vi.waitFor(async () => {
  expect(await rollcall.db.$client`select from sync_runs where finished_at is null`).toHaveLength(0)
}, { timeout: 10_000 })
