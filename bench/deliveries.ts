import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { startPostgres } from '#scripts/lib/postgres.ts'
import { startApp } from '#scripts/lib/server.ts'
import { guideHandler, startBaseline } from './lib/baselines.ts'
import { measure, median, signDeliveries } from './lib/load.ts'

const DELIVERIES = 4_000
const USERS = 1_000
const CONNECTIONS = 32
const ROUNDS = 5

const root = resolve(import.meta.dirname, '..')
const dir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'))
await chmod(dir, 0o755)
const postgres = await startPostgres({ dataDir: join(dir, 'postgres') })
const clerk = await startLocalClerk({ port: 0 })
const db = openDatabase(postgres.url)
await db.$client`create table guide_users (id text primary key, first_name text)`

await buildApp({ cwd: root })
const port = await freePort()
const app = await startApp({ cwd: root, port, quiet: true, env: { ...clerk.env, DATABASE_URL: postgres.url, NUXT_SITE_URL: `http://localhost:${port}` } })
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

await Promise.all([app.stop(), verifyOnly.close(), guide.close(), clerk.close()])
await closeDatabase(db)
await postgres.stop()
await rm(dir, { recursive: true, force: true })
process.exit(0)
