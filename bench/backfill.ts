import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { createDatabase } from './lib/databases.ts'

/*
 * A backfill, each process by itself: this one, Postgres, a Clerk that answers after a while, and the scan, whose memory
 * is measured. The baseline inserts as many rows into a table like `users`, in pages of 500 by two connections, with
 * neither Clerk nor the version rule.
 */
const FULL = { few: 10_000, timed: 50_000, many: 1_000_000 }
const SMOKE: typeof FULL = { few: 1_000, timed: 1_000, many: 3_000 }
const LATENCY_MS = 200
const PAGE = 500
const WRITERS = 2

const Address = v.tuple([v.object({ url: v.string() })])
const Result = v.tuple([v.object({ ms: v.number(), written: v.number(), peakMb: v.number() })])

export const run: Bench = async ({ smoke }) => {
  const { few, timed, many } = smoke ? SMOKE : FULL
  const postgres = await startTemporaryPostgres()
  let databases = 0
  const createOne = () => createDatabase(postgres.url, `backfill_${++databases}`)
  try {
    const bare = { name: 'bare inserts', values: [await insertBare(await createOne(), timed)] }
    const small = await backfill(await createOne(), few, 0)
    const slow = await backfill(await createOne(), timed, LATENCY_MS)
    const quick = await backfill(await createOne(), timed, 0)
    const large = await backfill(await createOne(), many, 0)

    const ofMany = `${many} users beside ${few}`
    return [
      compare({ work: `backfill, Clerk answers in ${LATENCY_MS} ms`, size: `${timed} users`, unit: 'users a second' }, [slow.perSecond], bare),
      compare({ work: 'its calls of Clerk', size: `${timed} users`, unit: 'calls', reach: '≤ 1.1' }, [slow.calls], { name: 'one for 500 users', values: [Math.ceil(timed / PAGE)] }),
      compare({ work: 'backfill, Clerk answers at once', size: `${timed} users`, unit: 'users a second' }, [quick.perSecond], bare),
      compare({ work: 'backfill, Clerk answers at once', size: ofMany, unit: 'users a second' }, [large.perSecond], { name: `${few} users`, values: [small.perSecond] }),
      compare({ work: 'its peak memory', size: ofMany, unit: 'MiB', reach: '≤ 1.2' }, [large.peakMb], { name: `${few} users`, values: [small.peakMb] }),
    ]
  }
  finally {
    await postgres.stop()
  }
}

async function backfill(databaseUrl: string, users: number, latencyMs: number) {
  const clerk = fork('bench/lib/many-users.ts', ['--users', String(users), '--latency', String(latencyMs)])
  try {
    const [{ url }] = v.parse(Address, await once(clerk, 'message'))
    const scan = fork('bench/lib/backfill-process.ts', [databaseUrl, url])
    const ended = once(scan, 'exit')
    const [{ ms, written, peakMb }] = v.parse(Result, await Promise.race([once(scan, 'message'), ended]))
    await ended
    if (written !== users) throw new Error(`${written} of ${users} users were written.`)
    const calls = Number(await (await fetch(`${url}/calls`)).text())
    return { perSecond: users / ms * 1000, calls, peakMb }
  }
  finally {
    clerk.disconnect()
  }
}

/** @returns rows a second */
async function insertBare(databaseUrl: string, users: number): Promise<number> {
  const db = openDatabase(databaseUrl, { max: WRITERS })
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
