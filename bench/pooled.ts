import { closeDatabase, openDatabase } from '#db/client.ts'
import type { Database } from '#db/client.ts'
import { listPosts } from '#db/queries/posts.ts'
import { fillMirror } from '#scripts/lib/large-mirror.ts'
import { hasPooler, startPooler } from '#scripts/lib/pooler.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { createDatabase } from './lib/databases.ts'
import { deliver } from './lib/deliver.ts'

/*
 * What a pooled address costs: the app's statements through PgBouncer in transaction mode, where none is prepared by name,
 * beside the same on a connection to Postgres itself.
 */
const FULL = { users: 30_000, rounds: 300 }
const SMOKE: typeof FULL = { users: 500, rounds: 5 }
const WARM_UP = 10

export const run: Bench = async ({ smoke }) => {
  if (!hasPooler) throw new Error('There is no pgbouncer here: apt-get install pgbouncer.')
  const { users, rounds } = smoke ? SMOKE : FULL
  const postgres = await startTemporaryPostgres()
  const url = await createDatabase(postgres.url, 'pooled')
  const pooler = await startPooler(url)
  const direct = openDatabase(url, { max: 1 })
  const pooled = openDatabase(pooler.url, { max: 1, directUrl: url })
  try {
    await fillMirror(direct, { users, events: users })
    const works: Record<string, (db: Database) => Promise<unknown>> = {
      'one delivery': db => deliver(db, 1, users),
      '15 deliveries in one write': db => deliver(db, 15, users),
      'first page of the feed': db => listPosts(db, { limit: 20, viewerId: null }),
    }
    const lines = []
    for (const [work, act] of Object.entries(works)) {
      const times = { direct: [] as number[], pooled: [] as number[] }
      for (let round = 0; round < rounds + WARM_UP; round++) {
        for (const [name, db] of Object.entries({ direct, pooled })) {
          const began = performance.now()
          await act(db)
          if (round >= WARM_UP) times[name === 'direct' ? 'direct' : 'pooled'].push(performance.now() - began)
        }
      }
      lines.push(compare({ work, size: 'through PgBouncer', unit: 'ms' }, times.pooled, { name: 'Postgres itself', values: times.direct }))
    }
    return lines
  }
  finally {
    for (const db of [direct, pooled]) await closeDatabase(db)
    await pooler.stop()
    await postgres.stop()
  }
}
