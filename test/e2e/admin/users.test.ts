import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { MIDDLE_LOCK } from '#db/queries/admin-users.ts'
import { createQueryCounter } from '../support/query-counter.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { adminApi, until } from '../support/admin.ts'

const counter = createQueryCounter()
let rollcall: Rollcall
let admin: string
let api: ReturnType<typeof adminApi>

const awkward = ['=HYPERLINK("http://x")', '+1', '@SUM(A1)', '-2', '\tTab', 'Say "hi", then\nleave', 'José 李明']

beforeAll(async () => {
  rollcall = await startRollcall({ route: counter.route })
  const { users } = rollcall.clerk
  admin = users.create({ firstName: 'Ada', lastName: 'Lind', username: 'countess', email: 'lovelace@example.com', publicMetadata: { role: 'admin' } }).id
  awkward.forEach((firstName, index) => users.create({ firstName, lastName: 'Awkward', username: `awkward${index}` }))
  await rollcall.clerk.deliveries.settled()
  api = adminApi(rollcall, admin)
})
afterAll(async () => {
  await rollcall?.stop()
  counter.close()
})

const ids = (page: { users: { id: string }[] }) => page.users.map(user => user.id)

describe('the list', () => {
  it.each([['ada'], ['LIN'], ['lind ada'], ['count'], ['lovelace'], ['lovelace@example']])('finds by the beginning of words: %s', async (q) => {
    expect(ids(await api.users(`?q=${encodeURIComponent(q)}`))).toEqual([admin])
  })

  it('finds by the whole id or any part of it, and not by the inside of a word', async () => {
    for (const part of [admin, admin.slice(0, -3), admin.slice(5, -3), admin.slice(-8), admin.slice(12, -6)]) expect(ids(await api.users(`?q=${part}`))).toEqual([admin])
    // All begin alike: a few characters of an id find no one.
    expect(ids(await api.users(`?q=${admin.slice(0, 8)}`))).toEqual([])
    expect(ids(await api.users('?q=ovelace'))).toEqual([])
    expect(ids(await api.users('?q=...'))).toEqual([])
  })

  it('looks through all ids one search at a time, and says when it did not', async () => {
    const middle = `?q=${admin.slice(12, -6)}`
    expect(await api.users(`${middle}&status=gone`)).toMatchObject({ users: [], incomplete: false })
    await rollcall.db.$client.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(${MIDDLE_LOCK})`
      expect(await api.users(middle)).toMatchObject({ users: [], nextCursor: null, incomplete: true })
      expect(ids(await api.users(`?q=${admin.slice(-8)}`))).toEqual([admin])
    })
    expect(await api.users(middle)).toMatchObject({ users: [{ id: admin }], nextCursor: null, incomplete: false })
    expect((await (await rollcall.request(`/api/admin/events?name=${admin.slice(12, -6)}`, { as: admin })).json()).named).toEqual({ ids: [admin], more: false, incomplete: false })
  })

  it('filters, and holds no search column', async () => {
    const gone = rollcall.clerk.users.create({ firstName: 'Gone' }).id
    const banned = rollcall.clerk.users.create({ firstName: 'Banned' }).id
    await rollcall.clerk.deliveries.settled()
    rollcall.clerk.users.delete(gone)
    rollcall.clerk.users.setBanned(banned, true)
    await rollcall.clerk.deliveries.settled()
    expect(ids(await api.users('?status=gone'))).toEqual([gone])
    expect(ids(await api.users('?banned=true'))).toEqual([banned])
    expect(ids(await api.users('?banned=false'))).not.toContain(banned)
    expect(ids(await api.users('?syncedBy=scan'))).toEqual([])
    expect(ids(await api.users('?syncedBy=webhook&status=gone&sort=synced'))).toEqual([gone])
    expect(Object.keys((await api.users()).users[0] ?? {})).not.toContain('search')
  })

  it.each([['joined'], ['name'], ['synced']])('pages through everyone once by %s, whatever is filtered', async (sort) => {
    for (const filter of ['', '&q=awkward', '&syncedBy=webhook', '&banned=false']) {
      for (const order of ['asc', 'desc']) {
        const whole = ids(await api.users(`?sort=${sort}&order=${order}${filter}&limit=100`))
        const found: string[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const page = await api.users(`?sort=${sort}&order=${order}${filter}&limit=2${cursor && `&cursor=${cursor}`}`)
          found.push(...ids(page))
          cursor = page.nextCursor
        }
        expect(found).toEqual(whole)
        expect(found.length).toBeGreaterThan(5)
      }
    }
  })

  it.each([['syncedBy=magic'], ['banned=1'], ['status=away'], ['cursor=x']])('says what is wrong with %s', async (query) => {
    expect((await rollcall.request(`/api/admin/users?${query}`, { as: admin })).status).toBe(400)
  })
})

describe('the CSV', () => {
  it('opens in Excel, holds every value, and no formula', async () => {
    const answer = await rollcall.request('/api/admin/users.csv?q=awkward&sort=joined&order=asc', { as: admin })
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="users-\d{4}-\d\d-\d\d\.csv"$/)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect([...bytes.slice(0, 3)]).toEqual([0xEF, 0xBB, 0xBF])

    const [header, ...records] = parseCsv(new TextDecoder().decode(bytes))
    const names = records.map(record => record[header?.indexOf('firstName') ?? -1])
    expect(new Set(names)).toEqual(new Set(awkward.map(name => /^[=+@\-\t]/.test(name) ? `'${name}` : name)))
    for (const value of records.flat()) expect(value).not.toMatch(/^[=+\-@\t\r]/)
    expect(records[0]?.[header?.indexOf('banned') ?? -1]).toBe('false')
  })

  it('waits for a slow client, and stops when the client goes away', async () => {
    const many = 12_000
    onTestFinished(async () => void await rollcall.db.$client`delete from users where id like 'user\\_many\\_%'`)
    await rollcall.db.$client`
      insert into users (id, first_name, synced_at, synced_by, clerk_updated_at)
      select 'user_many_' || i, repeat('Many', 500), now(), 'scan', now() from generate_series(1, ${many}::int) as i
    `
    const leaving = new AbortController()
    const token = await rollcall.clerk.session(admin, { azp: rollcall.app.url })
    // Unpacked: the same name again and again would fit into the socket's buffers.
    const headers = { 'authorization': `Bearer ${token}`, 'accept-encoding': 'identity' }
    counter.take()
    const answer = await fetch(`${rollcall.app.url}/api/admin/users.csv?syncedBy=scan`, { headers, signal: leaving.signal })
    await answer.body?.getReader().read()
    // It reads on until the buffers between are full, and then no more.
    let asked = 0
    await expect.poll(async () => {
      const before = asked
      await sleep(700)
      asked += counter.take()
      return asked > 0 && asked === before
    }, { timeout: 15_000 }).toBe(true)
    expect(asked).toBeLessThan(many / 1_000)
    leaving.abort()
    await sleep(700)
    expect(counter.take()).toBeLessThan(3)
    expect(rollcall.app.output()).not.toContain('failed')
    const whole = await (await fetch(`${rollcall.app.url}/api/admin/users.csv?syncedBy=scan`, { headers })).text()
    expect(whole.match(/\nuser_many_/g)).toHaveLength(many)
  })
})

describe('one user', () => {
  it('is shown with where each part came from, and with their history', async () => {
    const id = rollcall.clerk.users.create({ firstName: 'Cleo' }).id
    await rollcall.clerk.deliveries.settled()
    rollcall.clerk.users.update(id, { lastName: 'Okafor' })
    await rollcall.clerk.deliveries.settled()
    const detail = await api.user(id)
    expect(detail).toMatchObject({ user: { id, name: 'Cleo Okafor', syncedBy: 'webhook' }, hasProfile: false, posts: { shown: 0, deleted: 0 }, nextCursor: null, clerkUrl: `${rollcall.clerk.url}/dashboard#users` })
    expect(detail.events.map(event => [event.type, event.outcome])).toEqual([['user.updated', 'applied'], ['user.created', 'applied']])
    expect(detail.events[0]?.lagMs).toBeGreaterThanOrEqual(0)

    rollcall.clerk.users.delete(id)
    await rollcall.clerk.deliveries.settled()
    expect(await api.user(id)).toMatchObject({ user: { name: 'deleted user', firstName: null, status: 'gone' } })
    expect(await api.diff(id)).toMatchObject({ status: 'same' })
    expect((await rollcall.request('/api/admin/users/user_nobody', { as: admin })).status).toBe(404)
  })

  it('is held against Clerk field by field', async () => {
    const { users, deliveries, faults } = rollcall.clerk
    const id = users.create({ firstName: 'Dee' }).id
    await deliveries.settled()
    expect(await api.diff(id)).toMatchObject({ status: 'same' })

    faults.set({ drop: 1 })
    users.update(id, { firstName: 'Deirdre' })
    const differs = await api.diff(id)
    expect(differs).toMatchObject({ status: 'differs', fields: [{ field: 'firstName', clerk: 'Deirdre', ours: 'Dee' }, { field: 'clerkUpdatedAt' }] })
    await rollcall.request(`/api/admin/users/${id}/resync`, { as: admin, method: 'POST' })
    expect(await api.diff(id)).toMatchObject({ status: 'same' })

    faults.set({ backend: { status: 500 } })
    expect(await api.diff(id)).toMatchObject({ status: 'unreachable', failure: { code: 'status', status: 500 } })
    faults.clear()
    faults.set({ drop: 1 })
    users.delete(id)
    faults.clear()
    expect(await api.diff(id)).toMatchObject({ status: 'missing' })
    const unknown = users.create({ firstName: 'New' }, { silent: true }).id
    expect(await api.diff(unknown)).toMatchObject({ status: 'unknown' })
    expect((await rollcall.request('/api/admin/users/user_nobody/diff', { as: admin })).status).toBe(404)
  })
})

describe('runs', () => {
  it('are listed newest first, and one that runs says how far it is', async () => {
    rollcall.clerk.faults.set({ backend: { latencyMs: 2_000 } })
    const { runId } = await (await rollcall.request('/api/admin/reconcile', { as: admin, json: { dryRun: true } })).json()
    const conflict = await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })
    expect(conflict.status).toBe(409)
    expect((await conflict.json()).data).toMatchObject({ running: { id: runId, startedBy: admin, startedByName: 'Ada Lind' } })
    const running = await until(() => api.run(runId), run => run.progress !== null || run.finishedAt !== null)
    expect(running.progress).toMatchObject({ phase: expect.stringMatching(/listing|checking|gone/), of: expect.any(Number), perSecond: expect.any(Number) })
    expect((await api.health()).facts.running).toMatchObject({ id: runId })
    rollcall.clerk.faults.clear()

    const ended = await until(() => api.run(runId), run => run.finishedAt !== null)
    expect(ended.progress).toBeNull()
    await api.reconcile({ dryRun: true })
    const first = await api.runs('?limit=1')
    const second = await api.runs(`?limit=1&cursor=${first.nextCursor}`)
    expect(second.runs[0]?.id).toBe(runId)
    expect(JSON.stringify(first)).not.toContain('"report"')
  })
})

/** RFC 4180, as far as the file needs it. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [[]]
  for (const [, quoted, plain, end] of text.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\n') records.push([])
    if (end === '') break
  }
  return records.filter(record => record.length > 1)
}
