import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isTransactionPooler } from '#db/pooler.ts'
import { openEventStream } from '../support/event-stream.ts'
import { run } from '../support/process.ts'
import type { Pooler } from '#scripts/lib/pooler.ts'
import { hasPooler, startPooler } from '#scripts/lib/pooler.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { createTestDatabase, startRollcall } from '../support/rollcall.ts'

const WITHOUT_DIRECT = 'leads to a pooler in transaction mode'

describe.runIf(hasPooler)('behind PgBouncer in transaction mode', () => {
  let rollcall: Rollcall
  let pooler: Pooler
  beforeAll(async () => {
    rollcall = await startRollcall({
      instances: 2,
      direct: true,
      env: { SYNC_CHECK_SECONDS: '1' },
      async route(databaseUrl) {
        pooler = await startPooler(databaseUrl)
        return pooler.url
      },
    })
  })
  afterAll(async () => {
    await rollcall?.stop()
    await pooler?.stop()
  })

  it('is told from Postgres itself, and from PgBouncer in session mode', async () => {
    const sessions = await startPooler(rollcall.databaseUrl, { mode: 'session' })
    onTestFinished(() => sessions.stop())
    expect(await Promise.all([pooler.url, sessions.url, rollcall.databaseUrl].map(isTransactionPooler))).toEqual([true, false, false])
  })

  it('deliveries, posts, likes, deletions and what pages hear are as without it', async () => {
    const people = Array.from({ length: 40 }, (_, index) => rollcall.clerk.users.create({ firstName: 'Ada', lastName: `${index}` }).id)
    await rollcall.clerk.deliveries.idle()
    expect(await rollcall.db.$client`select count(*)::int as n from users where first_name = 'Ada'`).toEqual([{ n: 40 }])
    const [ada = '', ben = ''] = people
    const [first, second] = rollcall.apps
    const stream = await openEventStream(second?.url ?? '', await rollcall.clerk.session(ada, { azp: second?.url }))
    onTestFinished(() => stream.close())

    const posts = await Promise.all(people.map(as => rollcall.request('/api/posts', { as, json: { body: 'hello' } }).then(answer => answer.json())))
    await Promise.all(people.map(as => rollcall.request(`/api/posts/${posts[0].id}/like`, { as, method: 'PUT', headers: { origin: first?.url ?? '' } })))
    const feed = await Promise.all(Array.from({ length: 40 }, () => rollcall.request('/api/posts', { as: ben }).then(answer => answer.json())))
    expect(feed.every(page => page.posts.length === 20)).toBe(true)
    expect(await rollcall.request(`/api/posts/${posts[0].id}`, { as: ben }).then(answer => answer.json())).toMatchObject({ post: { likeCount: 40 } })

    rollcall.clerk.users.update(ben, { firstName: 'Benedict' })
    await stream.next(message => message.type === 'users' && message.users.some(({ name }) => name?.startsWith('Benedict')))
    rollcall.clerk.users.delete(ben)
    await stream.next(message => message.type === 'users' && message.hiddenIds.includes(ben))
    await vi.waitFor(async () => expect((await rollcall.request(`/api/posts/${posts[1].id}`, { as: ada })).status).toBe(404))
  })

  it('a check repairs what never arrived, and a scan says that the copy is equal', async () => {
    const lost = rollcall.clerk.users.create({ firstName: 'Lost' }, { silent: true }).id
    await vi.waitFor(async () => expect(await rollcall.db.$client`select 1 from users where id = ${lost}`).toHaveLength(1), { timeout: 30_000 })
    const scan = run(process.execPath, ['scripts/sync.ts', 'reconcile'], { ...rollcall.clerk.env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: rollcall.databaseUrl })
    expect({ code: await scan.ended, output: scan.output() }).toMatchObject({ code: 0 })
    const doctor = run(process.execPath, ['scripts/doctor.ts'], { ...rollcall.clerk.env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: rollcall.databaseUrl, NUXT_SITE_URL: rollcall.app.url })
    expect({ code: await doctor.ended, output: doctor.output() }).toMatchObject({ code: 0, output: expect.stringContaining('DATABASE_DIRECT_URL leads to Postgres itself.') })
  })

  it.each([
    ['the server', ['.output/server/index.mjs']],
    ['db:migrate', ['scripts/migrate.ts']],
    ['sync:reconcile', ['scripts/sync.ts', 'reconcile']],
    ['doctor', ['scripts/doctor.ts']],
  ])('without the direct address %s says what to set, and does not go on', async (_what, script) => {
    const empty = await createTestDatabase()
    const before = await startPooler(empty)
    onTestFinished(() => before.stop())
    const command = run(process.execPath, script, { ...rollcall.clerk.env, NODE_ENV: 'production', PORT: '0', NUXT_SITE_URL: 'http://localhost:3000', DATABASE_URL: before.url })
    expect({ code: await command.ended, output: command.output() }).toMatchObject({ code: 1, output: expect.stringContaining(WITHOUT_DIRECT) })
    expect(command.output()).toContain('DATABASE_DIRECT_URL')
  })
})
