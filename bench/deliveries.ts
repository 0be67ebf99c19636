import { closeDatabase, openDatabase } from '#db/client.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { root, startAppWithClerk } from '#scripts/lib/rollcall.ts'
import { guideHandler, startBaseline } from './lib/baselines.ts'
import { measure, median, signDeliveries } from './lib/load.ts'

const DELIVERIES = 4_000
const USERS = 1_000
const CONNECTIONS = 32
const ROUNDS = 5

await buildApp({ cwd: root })
const postgres = await startTemporaryPostgres()
const rollcall = await startAppWithClerk({ databaseUrl: postgres.url })
const { app, clerk } = rollcall
const db = openDatabase(postgres.url)
await db.$client`create table guide_users (id text primary key, first_name text)`
const verifyOnly = await startBaseline(clerk.webhookSecret, async () => {})
const guide = await startBaseline(clerk.webhookSecret, guideHandler(db))

const contestants = [
  { name: 'verifies, writes nothing', url: verifyOnly.url, rates: [] as number[] },
  { name: 'the guides\' transaction', url: guide.url, rates: [] as number[] },
  { name: 'Rollcall', url: `${app.url}/api/webhooks`, rates: [] as number[] },
]

let clock = Date.now()
function events() {
  return Array.from({ length: DELIVERIES }, (_, index) => {
    const timestamp = ++clock
    return {
      object: 'event', type: 'user.updated', instance_id: clerk.instanceId, timestamp,
      data: { id: `user_bench_${index % USERS}`, first_name: `Name ${timestamp}`, has_image: false, created_at: 1_700_000_000_000, updated_at: timestamp },
    }
  })
}

console.log(`${DELIVERIES} signed deliveries for ${USERS} users, ${CONNECTIONS} connections, median of ${ROUNDS} rounds after one to warm up`)
for (let round = 0; round <= ROUNDS; round++) {
  // In turn, so that a slow minute of the machine falls on all of them.
  for (const contestant of contestants) {
    const rate = await measure(contestant.url, signDeliveries(clerk.webhookSecret, events()), CONNECTIONS)
    if (round > 0) contestant.rates.push(rate)
  }
}
const baseline = median(contestants[1]?.rates ?? [])
console.table(contestants.map(({ name, rates }) => ({
  'handler': name,
  'a second': Math.round(median(rates)),
  'ratio to the guides\'': Number((median(rates) / baseline).toFixed(2)),
  'rounds': rates.map(Math.round).join(' '),
})))

await Promise.all([rollcall.stop(), verifyOnly.close(), guide.close()])
await closeDatabase(db)
await postgres.stop()
process.exit(0)
