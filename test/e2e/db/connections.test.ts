import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { ISql } from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase, transaction } from '#db/client.ts'
import { acquireLock, CHECK_LOCK } from '#db/queries/scan.ts'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { startDatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { createTestDatabase } from '../support/rollcall.ts'

const SILENT_MS = 2_000

let proxy: DatabaseProxy
let db: Database
let direct: Database
let silent: number
beforeEach(async () => {
  const url = await createTestDatabase()
  proxy = await startDatabaseProxy(url)
  silent = 0
  db = openDatabase(proxy.url, { max: 3, silentMs: SILENT_MS, onSilent: () => silent++ })
  direct = openDatabase(url, { max: 1 })
})
afterEach(async () => {
  await Promise.all([db, direct].map(one => closeDatabase(one, 0)))
  await proxy.close()
})

const ask = (of = db) => of.$client`select pg_backend_pid() as pid`.then(([row]) => Number(row?.pid))
const openAll = () => Promise.all([1, 2, 3].map(() => db.$client`select pg_sleep(0.1)`))
const codeOf = (error: unknown) => error instanceof Error && 'code' in error ? error.code : error
async function timed<T>(promise: Promise<T>) {
  const began = performance.now()
  const result = await promise
  return { result, ms: performance.now() - began }
}
const end = (pid: number) => direct.$client`select pg_terminate_backend(${pid})`

it('a statement on a silent connection fails in time, and takes the idle ones with it', async () => {
  await openAll()
  proxy.freeze()
  const { result, ms } = await timed(ask().catch(codeOf))
  expect(result).toBe('CONNECTION_CLOSED')
  expect(ms).toBeLessThan(SILENT_MS + 1_500)
  expect(silent).toBe(1)
  // Not another deadline for each of them.
  for (const { ms } of [await timed(ask()), await timed(ask()), await timed(ask())]) expect(ms).toBeLessThan(SILENT_MS - 500)
})

it('a statement that is answered late is not cut off, nor is one that sends much', async () => {
  expect((await db.$client`select pg_sleep(1.4)`).count).toBe(1)
  expect((await db.$client`select repeat('x', 5000000) as x`)[0]?.x).toHaveLength(5_000_000)
  expect(silent).toBe(0)
})

it.each([
  ['lost without a word', async () => void proxy.freeze()],
  ['ended by Postgres', async () => void await direct.$client`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`],
])('a connection that is %s in a transaction can be used again', async (_how, lose) => {
  const one = openDatabase(proxy.url, { max: 1, silentMs: SILENT_MS })
  const running = transaction(one, async (sql) => {
    await sql`select 1`
    await sql`select pg_sleep(9)`
  }).catch(codeOf)
  await sleep(200)
  await lose()
  expect(await running).toBe('CONNECTION_CLOSED')
  // The driver gives an error of Postgres with which a connection ended to the first statement of the next one too.
  await ask(one).catch(() => {})
  for (let times = 0; times < 3; times++) expect(await ask(one)).toBeGreaterThan(0)
  await closeDatabase(one, 0)
})

it('an error within a transaction rolls it back', async () => {
  await expect(transaction(db, async (sql) => {
    await sql`insert into sync_state (id) values (1)`
    throw new Error('no')
  })).rejects.toThrow('no')
  expect(await direct.$client`select from sync_state`).toHaveLength(0)
})

it('a statement waits for a free connection, not behind another statement', async () => {
  await openAll()
  const slow = Promise.all([1, 2].map(() => db.$client`select pg_sleep(1.5)`))
  await sleep(50)
  const { ms } = await timed(Promise.all(Array.from({ length: 30 }, () => ask())))
  expect(ms).toBeLessThan(1_000)
  await slow
})

it('what transactions and statements of a busy pool write is all there, and none is left open', async () => {
  await openAll()
  await direct.$client`create table written (n int)`
  const add = (of: ISql, n: number) => of`insert into written select ${n} from pg_sleep(0.002)`
  const jobs = Array.from({ length: 120 }, (_, n) => async () => {
    if (n % 3 === 0) return add(db.$client, n)
    return transaction(db, async (sql) => {
      await add(sql, n)
      if (n % 3 === 1) throw new Error('no')
    }).catch((error: Error) => expect(error.message).toBe('no'))
  })
  // One in each turn: the driver sends what comes within one in another order.
  const running = []
  for (const job of jobs) {
    running.push(job())
    await turn()
  }
  await Promise.all(running)
  expect((await direct.$client`select n from written order by n`).map(row => row.n)).toEqual(jobs.map((_, n) => n).filter(n => n % 3 !== 1))
  expect(await direct.$client`select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`).toHaveLength(0)
})

it('a lock is one instance\'s, is taken again when its connection was lost, and can be released all the same', async () => {
  const holder = async () => (await direct.$client<{ pid: number }[]>`select pid from pg_locks where locktype = 'advisory' and objid = ${CHECK_LOCK} and database = (select oid from pg_database where datname = current_database())`)[0]?.pid
  const release = await acquireLock(db, CHECK_LOCK)
  const first = await holder()
  expect(await acquireLock(direct, CHECK_LOCK)).toBeNull()
  await end(first ?? 0)
  await expect.poll(holder, { timeout: 6_000 }).not.toBe(first)
  await expect.poll(holder, { timeout: 6_000 }).toBeGreaterThan(0)
  await end(await holder() ?? 0)
  expect((await timed(release?.() ?? Promise.resolve())).ms).toBeLessThan(1_500)
  await expect.poll(holder).toBeUndefined()
})
