import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'

/*
 * What the check costs, beside the full comparison that it saves: calls of Clerk's Backend API, and time.
 * Clerk allows an app in production 6,000 calls a minute, and one in development 600.
 */
const FULL = { users: 20_000, checks: 15 }
const SMOKE: typeof FULL = { users: 1_000, checks: 2 }
const HOUR = 3_600_000
/** One list, and one count. */
const CALLS_AT_MOST = 2

export const run: Bench = async ({ smoke }) => {
  const { users, checks } = smoke ? SMOKE : FULL
  const postgres = await startTemporaryPostgres()
  const db = openDatabase(postgres.url, { max: 5 })
  const clerk = await startLocalClerk({ port: 0 })
  try {
    await migrateDatabase(postgres.url, 'db/migrations')
    await ensureSyncState(db)
    const reader = createClerkReader({ secretKey: clerk.secretKey, apiUrl: clerk.url })
    const guard = createGuard(db, reader)
    await guard()
    const now = Date.now()
    clerk.users.import({ count: users, createdAt: [now - 1_000 * HOUR, now - 2 * HOUR], updatedAt: [now - 2 * HOUR, now - HOUR] })

    async function measure(act: () => Promise<unknown>) {
      clerk.clearBackendRequests()
      const began = performance.now()
      await act()
      return { ms: performance.now() - began, calls: clerk.backendRequests().length }
    }

    const comparison = async () => (await startScan(db, reader, guard, { kind: 'reconcile', startedBy: 'schedule' }))?.done
    await comparison()
    const whole = await measure(comparison)
    const all: Awaited<ReturnType<typeof measure>>[] = []
    for (let n = 0; n < checks; n++) all.push(await measure(() => check(db, reader, guard, { everySeconds: 0 })))

    const calls = all.map(one => one.calls)
    if (Math.max(...calls) > CALLS_AT_MOST) throw new Error(`A check with nothing new made ${Math.max(...calls)} calls.`)
    const size = `${users} users`
    return [
      compare({ work: 'a check with nothing new', size, unit: 'ms' }, all.map(({ ms }) => ms), { name: 'a full comparison', values: [whole.ms] }),
      compare({ work: 'its calls of Clerk', size, unit: 'calls' }, calls, { name: 'a full comparison', values: [whole.calls] }),
    ]
  }
  finally {
    await clerk.close()
    await closeDatabase(db)
    await postgres.stop()
  }
}
