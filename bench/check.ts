import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import { median } from './lib/load.ts'

/*
 * What the check costs, beside the full comparison that it saves: calls of Clerk's Backend API, and time.
 * Clerk allows an app in production 6,000 calls a minute, and one in development 600.
 */
const USERS = 20_000
const CHECKS = 15
const HOUR = 3_600_000

const postgres = await startTemporaryPostgres()
await migrateDatabase(postgres.url, 'db/migrations')
const db = openDatabase(postgres.url, { max: 5 })
await ensureSyncState(db)
const clerk = await startLocalClerk({ port: 0 })
const reader = createClerkReader({ secretKey: clerk.secretKey, apiUrl: clerk.url })
const guard = createGuard(db, reader)
await guard()
const now = Date.now()
clerk.users.import({ count: USERS, createdAt: [now - 1_000 * HOUR, now - 2 * HOUR], updatedAt: [now - 2 * HOUR, now - HOUR] })

async function measure(run: () => Promise<unknown>) {
  clerk.clearBackendRequests()
  const began = performance.now()
  await run()
  return { ms: performance.now() - began, calls: clerk.backendRequests().length }
}

const compare = async () => (await startScan(db, reader, guard, { kind: 'reconcile', startedBy: 'schedule' }))?.done
await compare()
const whole = await measure(compare)
const checks = []
for (let n = 0; n < CHECKS; n++) checks.push(await measure(() => check(db, reader, guard, { everySeconds: 0 })))
const one = { ms: median(checks.map(({ ms }) => ms)), calls: Math.max(...checks.map(({ calls }) => calls)) }

console.log(`full comparison of ${USERS} users: ${whole.calls} calls, ${whole.ms.toFixed(0)} ms`)
console.log(`check with nothing new: ${one.calls} calls, ${one.ms.toFixed(1)} ms (median of ${CHECKS})`)
console.log(`ratio, check to full comparison: calls ${(one.calls / whole.calls).toFixed(3)}, time ${(one.ms / whole.ms).toFixed(4)}`)
console.log(`calls a minute at SYNC_CHECK_SECONDS=60: ${one.calls}`)

await clerk.close()
await closeDatabase(db)
await postgres.stop()
process.exitCode = one.calls <= 2 ? 0 : 1
