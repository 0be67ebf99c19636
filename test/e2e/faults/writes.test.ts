import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import * as v from 'valibot'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import type { LocalPostgres } from '#scripts/lib/postgres.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { adminApi } from '../support/admin.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const run = promisify(execFile)
const CONNECTIONS = 30
const SOON = { timeout: 15_000, interval: 250 }

let server: LocalPostgres
let superuser: postgres.Sql
let rollcall: Rollcall
let ada: string

beforeAll(async () => {
  server = await startTemporaryPostgres({ flags: ['-c', `max_connections=${CONNECTIONS}`, '-c', 'fsync=off'] })
  superuser = postgres(server.url, { max: 1, onnotice: () => {} })
  rollcall = await startRollcall({ databaseUrl: server.url })
  ada = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
  await rollcall.clerk.deliveries.settled()
  expect((await post('Before.')).status).toBe(201)
})
afterAll(async () => {
  await rollcall?.stop()
  await superuser?.end()
  await server?.stop()
})

const post = (body: string) => rollcall.request('/api/posts', { as: ada, json: { body } })
const Health = v.object({ status: v.string(), message: v.optional(v.string()) })
async function health() {
  const answer = await rollcall.request('/api/health')
  return { code: answer.status, ...v.parse(Health, await answer.json()) }
}
const logged = (message: string) => rollcall.app.output().split('\n').filter(line => line.includes(`"msg":"${message}"`)).length

/** What a delivery answers, of a user whom nobody knows yet. */
async function tell(firstName: string): Promise<Response> {
  const { data, ...event } = fixture('user.created')
  const now = Date.now()
  return deliver(rollcall.app.url, rollcall.clerk.webhookSecret, JSON.stringify({
    ...event, instance_id: rollcall.clerk.instanceId, timestamp: now,
    data: { ...data, id: `user_${crypto.randomUUID().replaceAll('-', '').slice(0, 27)}`, first_name: firstName.repeat(20), updated_at: now, created_at: now },
  }))
}

/** Deliveries are told to come again, what is kept is served, health and the admin page say why; all without a word of a person. */
async function expectNothingIsWritten(code: string, words: RegExp) {
  await expect.poll(async () => (await tell('Zoë')).status, SOON).toBe(500)
  const refused = await tell('Zoë')
  expect(refused.status).toBe(500)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const written = await post('Not kept. '.repeat(50))
  expect(written.status).toBe(500)
  expect(await written.text()).toContain('Nothing was saved')
  for (const path of ['/', '/api/posts', `/users/${ada}`]) expect((await rollcall.request(path)).status, path).toBe(200)
  await expect.poll(health, SOON).toMatchObject({ code: 200, status: 'degraded', message: expect.stringMatching(words) })
  const { verdict } = await adminApi(rollcall, ada).health()
  expect(verdict).toMatchObject({ level: 'bad', problems: expect.arrayContaining([expect.objectContaining({ code: 'writes-fail', level: 'bad' })]) })
  expect(logged('writes fail')).toBe(logged('writes work again') + 1)
  expect(rollcall.app.output()).toContain(`"code":"${code}"`)
  expect(rollcall.app.output()).not.toContain('Zoë')
}

async function expectHealed() {
  await expect.poll(async () => (await tell('Noor')).status, SOON).toBe(200)
  await expect.poll(health, SOON).toMatchObject({ code: 200, status: 'ok' })
  expect((await post('After.')).status).toBe(201)
  await expect.poll(() => logged('writes work again')).toBe(logged('writes fail'))
}

/** The tables, without the log of Postgres: it ends when there is no room for that. */
async function moveTo(tablespace: string) {
  const tables = ['users', 'webhook_events', 'posts']
  for (const table of tables) await superuser`alter table ${superuser(table)} set tablespace ${superuser(tablespace)}`
  const indexes = await superuser<{ name: string }[]>`select indexname as name from pg_indexes where tablename in ${superuser(tables)}`
  for (const { name } of indexes) await superuser`alter index ${superuser(name)} set tablespace ${superuser(tablespace)}`
}

describe('without a restart the app outlives', () => {
  it('a Postgres that takes no writes', async () => {
    await superuser`alter system set default_transaction_read_only = on`
    await superuser`select pg_reload_conf()`
    await expectNothingIsWritten('25006', /takes no writes/)
    await superuser`set transaction_read_only = off`
    await superuser`alter system reset default_transaction_read_only`
    await superuser`select pg_reload_conf()`
    await expectHealed()
  })

  it.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')('a disk that is full', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-full-'))
    await chmod(folder, 0o755)
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder])
    onTestFinished(async () => {
      await rm(join(folder, 'filler'), { force: true })
      await moveTo('pg_default')
      await run('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    })
    const { uid, gid } = await stat(server.dataDir)
    await mkdir(join(folder, 'space'))
    await chown(join(folder, 'space'), uid, gid)
    await superuser.unsafe(`create tablespace small location '${join(folder, 'space')}'`)
    await moveTo('small')
    const filler = join(folder, 'filler')
    await writeFile(filler, Buffer.alloc(24 * 2 ** 20)).catch(() => {})
    // What is free within the tables' last pages takes some rows yet.
    for (const write of [() => tell('Fill'), () => post('Fill. '.repeat(80))]) {
      for (let n = 0; n < 300 && (await write()).ok; n++);
    }
    await expectNothingIsWritten('53100', /no room/)
    await rm(filler)
    await expectHealed()
  })

  it('a Postgres whose connections are all taken', async () => {
    const crowd = postgres(server.url, { max: CONNECTIONS, onnotice: () => {}, idle_timeout: 60 })
    onTestFinished(() => crowd.end())
    const [me] = await superuser`select pg_backend_pid() as pid`
    const takeAll = async () => {
      await superuser`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall' and pid <> ${me?.pid}`
      await Promise.allSettled(Array.from({ length: CONNECTIONS }, () => crowd`select pg_sleep(0.2)`))
    }
    await expect.poll(async () => {
      await takeAll()
      await tell('Zoë')
      return rollcall.app.output()
    }, SOON).toContain('53300')
    expect((await tell('Zoë')).status).toBe(500)
    expect(await health()).toMatchObject({ code: 503, status: 'unavailable' })
    await crowd.end()
    await expectHealed()
  })
})
