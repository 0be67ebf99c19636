import * as v from 'valibot'
import { expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import { createTestDatabase } from '../support/rollcall.ts'

/** Postgres plans a prepared statement anew for its first five runs, and may keep the plan of the sixth. */
const RUNS_TO_KEEP_A_PLAN = 10

it('a write reads its own users alone, also by a plan that was made while the table was empty', async () => {
  const db = openDatabase(await createTestDatabase(), { max: 1 })
  try {
    const { $client: sql } = db
    let time = 1_760_000_000_000
    const write = (id: string) => {
      const user = v.parse(ClerkUser, { id, first_name: `Name ${++time}`, updated_at: time })
      const event = { id: `msg_${time}`, type: 'user.updated', userId: id, occurredAt: new Date(time).toISOString(), receivedAt: performance.now() }
      return applyNews(db, [{ kind: 'user', user, event }])
    }
    async function rowsScanned() {
      await sql`select pg_stat_force_next_flush()`
      const [row] = await sql`select seq_tup_read::int as rows from pg_stat_user_tables where relname = 'users'`
      return Number(row?.rows)
    }
    for (let run = 0; run < RUNS_TO_KEEP_A_PLAN; run++) await write('user_0')
    await sql`insert into users (id, synced_at, synced_by) select 'user_' || i, now(), 'scan' from generate_series(1, 5000) as i`
    const before = await rowsScanned()
    expect(await write('user_4711')).toMatchObject([{ outcome: 'applied', written: true }])
    expect(await rowsScanned() - before).toBe(0)
  }
  finally {
    await closeDatabase(db)
  }
})
