import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { startDatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { hasPooler, startPooler } from '#scripts/lib/pooler.ts'
import type { LocalPostgres } from '#scripts/lib/postgres.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { createReplica } from '#server/replica.ts'
import { startStandby } from '../support/postgres-server.ts'
import { createQueryCounter } from '../support/query-counter.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { createTestDatabase, startRollcall } from '../support/rollcall.ts'

/** Longer than any look, and shorter than a statement's own bound. */
const SOON = { timeout: 15_000, interval: 100 }

const counter = createQueryCounter()
let primary: LocalPostgres
let standby: Awaited<ReturnType<typeof startStandby>>
let proxy: DatabaseProxy
let rollcall: Rollcall
let replay: postgres.Sql
let ada: string
let ben: string
let admin: string

beforeAll(async () => {
  primary = await startTemporaryPostgres()
  standby = await startStandby(primary)
  proxy = await startDatabaseProxy(standby.url)
  rollcall = await startRollcall({ databaseUrl: primary.url, instances: 2, env: { DATABASE_READ_URL: await counter.route(proxy.url) } })
  replay = postgres(standby.url, { max: 1, onnotice: () => {} })
  ;[ada = '', ben = ''] = ['Ada', 'Ben'].map(firstName => rollcall.clerk.users.create({ firstName }).id)
  admin = rollcall.clerk.users.create({ firstName: 'Root', publicMetadata: { role: 'admin' } }).id
  await rollcall.clerk.deliveries.idle()
  await write('first')
})
afterAll(async () => {
  await rollcall?.stop()
  await replay?.end()
  counter.close()
  await proxy?.close()
  await standby?.remove()
  await primary?.stop()
})

/** A post of Ada's that did not come by a request. */
async function write(body: string): Promise<string> {
  const id = uuidv7()
  await insertPost(rollcall.db, { id, authorId: ada, parentId: null, body })
  return id
}
const bodies = async (as: string | null, options: Parameters<Rollcall['request']>[1] = {}): Promise<string[]> =>
  (await (await rollcall.request('/api/posts', { as, ...options })).json()).posts.map(({ body }: { body: string }) => body)
/** Whether this instance reads the standby: what it asks there beside its look of each second. */
async function readsStandby(app = rollcall.app): Promise<boolean> {
  counter.take()
  await Promise.all(Array.from({ length: 10 }, () => bodies(ben, { app })))
  return counter.take() >= 10
}
const untilRead = () => vi.waitFor(async () => {
  for (const app of rollcall.apps) expect(await readsStandby(app)).toBe(true)
}, SOON)
async function pauseReplay() {
  await untilRead()
  await replay`select pg_wal_replay_pause()`
  onTestFinished(async () => void await replay`select pg_wal_replay_resume()`)
}

it('serves what members read', async () => {
  await untilRead()
  for (const path of ['/api/posts', `/api/posts/${await write('a thread')}`, `/api/users/${ada}`, '/api/users?q=ada', '/api/users/recent']) {
    counter.take()
    await Promise.all(Array.from({ length: 5 }, () => rollcall.request(path, { as: ben })))
    expect(counter.take(), path).toBeGreaterThanOrEqual(5)
  }
})

it('while it lags, everyone sees what they wrote, by any instance; then nobody reads it', async () => {
  await pauseReplay()
  const written = await rollcall.request('/api/posts', { as: ada, json: { body: 'mine' } })
  // Ben reads the standby.
  expect((await bodies(ben))[0]).not.toBe('mine')
  const cookie = written.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^rollcall_wrote=1; Max-Age=5; Path=\/; HttpOnly; SameSite=Lax$/)
  const [, second] = rollcall.apps
  expect((await bodies(ada))[0]).toBe('mine')
  expect((await bodies(ada, { app: second, headers: { cookie: cookie.split(';')[0] ?? '' } }))[0]).toBe('mine')
  // What he needs the latest of, and what is not there, he reads from the primary.
  expect((await bodies(ben, { headers: { 'cache-control': 'no-cache' } }))[0]).toBe('mine')
  expect((await rollcall.request(`/api/posts/${(await written.json()).id}`, { as: ben })).status).toBe(200)
  await vi.waitFor(async () => expect((await bodies(ben))[0]).toBe('mine'), SOON)
  expect(await readsStandby()).toBe(false)
})

it('what is kept for guests is read from the primary', async () => {
  await pauseReplay()
  await write('for guests')
  await vi.waitFor(async () => expect((await bodies(null))[0]).toBe('for guests'), { timeout: 1_000, interval: 20 })
  expect(await (await rollcall.request('/')).text()).toContain('for guests')
})

it('when it is gone or falls silent, reads go on, the admin is told, and it is read again when it is back', async () => {
  const problem = async () => {
    const { verdict } = await (await rollcall.request('/api/admin/sync', { as: admin })).json()
    return verdict.problems.find(({ code }: { code: string }) => code === 'replica')?.sentence
  }
  const readEach = async (break_: () => unknown) => {
    await untilRead()
    const reading = Array.from({ length: 20 }, () => rollcall.request('/api/posts', { as: ben }))
    await break_()
    const started = performance.now()
    const answers = await Promise.all([...reading, ...Array.from({ length: 20 }, () => rollcall.request('/api/posts', { as: ben }))])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(performance.now() - started).toBeLessThan(5_000)
    await vi.waitFor(async () => expect(await problem()).toBe('Public reads go to the primary: the replica does not answer.'), SOON)
  }
  await readEach(() => standby.stop())
  expect((await rollcall.request('/api/health')).status).toBe(200)
  await standby.start()
  await vi.waitFor(async () => expect(await problem()).toBeUndefined(), SOON)
  await readEach(() => proxy.freeze())
  await untilRead()
})

it('is not read when it is no standby of this database, and by a pooler without named statements', async () => {
  const states: string[] = []
  const other = createReplica(await createTestDatabase(), () => Promise.resolve(rollcall.db), state => void states.push(state))
  onTestFinished(() => other.close(0))
  await vi.waitFor(() => expect(states).toEqual(['other']), SOON)
  expect(other.pool()).toBeUndefined()

  if (!hasPooler) return
  const pooler = await startPooler(standby.url)
  onTestFinished(() => pooler.stop())
  const pooled = createReplica(pooler.url, () => Promise.resolve(rollcall.db), () => {})
  onTestFinished(() => pooled.close(0))
  await vi.waitFor(() => expect(pooled.state()).toBe('used'), SOON)
  expect(pooled.pool()?.$client.options.prepare).toBe(false)
})
