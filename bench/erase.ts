import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import { eraseExpired } from '#server/sync/erase.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'

/*
 * How fast old events are erased, half of a log, and what deliveries pay for it meanwhile: one event in each write, by four
 * connections without a pause, with Postgres as it comes (fsync on).
 */
const FULL = { events: 200_000, rounds: 3, aloneMs: 4_000 }
const SMOKE: typeof FULL = { events: 2_000, rounds: 1, aloneMs: 200 }
const CONNECTIONS = 4
const DAYS = 30
const SILENT_MS = 600_000

export const run: Bench = async ({ smoke }) => {
  const { events, rounds, aloneMs } = smoke ? SMOKE : FULL
  const postgres = await startTemporaryPostgres()
  await migrateDatabase(postgres.url, 'db/migrations')
  const db = openDatabase(postgres.url)
  const filler = openDatabase(postgres.url, { session: true, silentMs: SILENT_MS })
  await filler.$client`set statement_timeout = 0`

  /** As many events past their days as within them. */
  async function fill() {
    await filler.$client`truncate webhook_events`
    for (const days of [DAYS + 1, 1]) {
      await filler.$client`
        insert into webhook_events (id, type, user_id, occurred_at, first_received_at, last_received_at, applied_at, outcome, duration_ms)
        select 'msg_' || md5(${days}::int || '-' || i), 'user.updated', 'user_' || left(md5((i % 100000)::text), 27), t, t, t, t, 'applied', 1
        from (select i, now() - make_interval(days => ${days}, secs => i / 1000.0) as t from generate_series(1, ${events}::int) as i) as x`
    }
    await filler.$client`vacuum analyze webhook_events`
  }
  let time = Date.now()
  async function deliver() {
    const now = ++time
    const user = v.parse(ClerkUser, { id: `user_${now % 1_000}`, first_name: `Name ${now}`, updated_at: now })
    await applyNews(db, [{ kind: 'user', user, event: { id: `msg_${now}`, type: 'user.updated', userId: user.id, occurredAt: new Date(now).toISOString(), receivedAt: performance.now() } }])
  }
  /** Deliveries a second while something else is done, and how long that took, ms. */
  async function during(act: () => Promise<unknown>) {
    let acting = true
    let delivered = 0
    const began = performance.now()
    const senders = Array.from({ length: CONNECTIONS }, async () => {
      for (; acting; delivered++) await deliver()
    })
    await act()
    const ms = performance.now() - began
    acting = false
    await Promise.all(senders)
    return { ms, rate: delivered / ms * 1000 }
  }
  async function erase() {
    const { erased, failed } = await eraseExpired(db, DAYS)
    if (failed.length > 0 || erased.events !== events) throw new Error(`${erased.events} of ${events} events were erased.`)
  }

  const found = { alone: [] as number[], beside: [] as number[], undisturbed: [] as number[], disturbed: [] as number[] }
  try {
    for (let round = 0; round < rounds; round++) {
      await fill()
      const began = performance.now()
      await erase()
      found.alone.push(events / (performance.now() - began) * 1000)
      found.undisturbed.push((await during(() => sleep(aloneMs))).rate)
      await fill()
      const { ms, rate } = await during(erase)
      found.beside.push(events / ms * 1000)
      found.disturbed.push(rate)
    }
  }
  finally {
    await Promise.all([db, filler].map(one => closeDatabase(one)))
    await postgres.stop()
  }
  const size = `${events.toLocaleString('en')} of ${(2 * events).toLocaleString('en')} events`
  return [
    compare({ work: 'old events erased beside deliveries', size, unit: 'rows/s' }, found.beside, { name: 'without deliveries', values: found.alone }),
    compare({ work: 'deliveries while old events are erased', size, unit: '/s' }, found.disturbed, { name: 'undisturbed', values: found.undisturbed }),
  ]
}
