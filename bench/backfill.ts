import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'

/*
 * A backfill, each process by itself: this one, Postgres, a Clerk that answers after a while, and the scan, whose memory
 * is measured. The baseline inserts as many rows into a table like `users`, in pages of 500 by two connections, with
 * neither Clerk nor the version rule. `--users 200000` makes the large one smaller.
 */
const LARGE = Number(process.argv[process.argv.indexOf('--users') + 1]) || 1_000_000
const SMALL = 10_000
const TIMED = 50_000
const LATENCY_MS = 200
const PAGE = 500
const WRITERS = 2

const postgres = await startTemporaryPostgres()
let databases = 0

async function createDatabase(): Promise<string> {
  const name = `backfill_${++databases}`
  const control = openDatabase(postgres.url, { max: 1 })
  await control.$client.unsafe(`create database ${name}`)
  await closeDatabase(control)
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  await migrateDatabase(url.href, 'db/migrations')
  return url.href
}

const Address = v.tuple([v.object({ url: v.string() })])
const Result = v.tuple([v.object({ ms: v.number(), written: v.number(), peakMb: v.number() })])

async function backfill(users: number, latencyMs: number) {
  const clerk = fork('bench/lib/many-users.ts', ['--users', String(users), '--latency', String(latencyMs)])
  try {
    const [{ url }] = v.parse(Address, await once(clerk, 'message'))
    const scan = fork('bench/lib/backfill-process.ts', [await createDatabase(), url])
    const ended = once(scan, 'exit')
    const [{ ms, written, peakMb }] = v.parse(Result, await Promise.race([once(scan, 'message'), ended]))
    await ended
    if (written !== users) throw new Error(`${written} of ${users} users were written.`)
    const calls = Number(await (await fetch(`${url}/calls`)).text())
    return { perSecond: users / ms * 1000, callsPerPage: calls / Math.ceil(users / PAGE), peakMb }
  }
  finally {
    clerk.disconnect()
  }
}

/** @returns rows a second */
async function insertBare(users: number): Promise<number> {
  const db = openDatabase(await createDatabase(), { max: WRITERS })
  await db.$client`create table bare (like users including all)`
  let next = 0
  async function write() {
    for (let from = next; from < users; from = next) {
      next += PAGE
      await db.$client`
        insert into bare (id, username, first_name, last_name, image_url, email, clerk_created_at, clerk_updated_at, synced_at, synced_by)
        select 'user_bench' || lpad(i::text, 17, '0'), 'bench_' || i, 'Bench', 'Example', 'https://img.clerk.com/xxxxxx', 'example@example.org', now(), now(), now(), 'scan'
        from generate_series(${from}::int, ${Math.min(from + PAGE, users) - 1}::int) as i
      `
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: WRITERS }, write))
  const ms = performance.now() - began
  await closeDatabase(db)
  return users / ms * 1000
}

try {
  const bare = await insertBare(TIMED)
  const small = await backfill(SMALL, 0)
  const runs = [
    { users: TIMED, latencyMs: LATENCY_MS, ...await backfill(TIMED, LATENCY_MS) },
    { users: TIMED, latencyMs: 0, ...await backfill(TIMED, 0) },
    { users: SMALL, latencyMs: 0, ...small },
    { users: LARGE, latencyMs: 0, ...await backfill(LARGE, 0) },
  ]
  console.table([
    { 'users': TIMED, 'Clerk answers in': 'no Clerk: bare inserts', 'users a second': Math.round(bare), 'ratio to bare': 1 },
    ...runs.map(({ users, latencyMs, perSecond, callsPerPage, peakMb }) => ({
      'users': users,
      'Clerk answers in': `${latencyMs} ms`,
      'users a second': Math.round(perSecond),
      'ratio to bare': Number((perSecond / bare).toFixed(2)),
      'calls a page': Number(callsPerPage.toFixed(2)),
      'peak memory, MB': Math.round(peakMb),
      'memory ÷ small': Number((peakMb / small.peakMb).toFixed(2)),
    })),
  ])
}
finally {
  await postgres.stop()
}
