import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as v from 'valibot'
import { buildApp } from '#scripts/lib/build.ts'
import { fixture } from '#scripts/lib/delivery.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { root, startAppWithClerk } from '#scripts/lib/rollcall.ts'
import { measure, median, signDeliveries } from './lib/load.ts'

/*
 * Signed deliveries, applied and answered after commit, with Postgres as it comes: fsync and synchronous_commit on. Each
 * server is a process of its own; the load comes from this one, on the same machine, so the faster a server is, the more
 * of the machine the load takes from it. `--rounds 5`
 */
const DELIVERIES = 4_000
const CONNECTIONS = 32
const ROUNDS = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 5

await buildApp({ cwd: root })
const postgres = await startTemporaryPostgres()
const rollcall = await startAppWithClerk({ databaseUrl: postgres.url })
const { app, clerk } = rollcall

const Address = v.tuple([v.object({ url: v.string() })])
async function startBaseline(which: 'bare' | 'guides') {
  const server = fork('bench/lib/baselines.ts', [which, clerk.webhookSecret, postgres.url])
  const [{ url }] = v.parse(Address, await once(server, 'message'))
  return { url, stop: () => void server.kill() }
}
const bare = await startBaseline('bare')
const guides = await startBaseline('guides')

const contestants = {
  bare: { name: 'bare Node: checks the signature, parses', url: bare.url, rates: [] as number[] },
  guides: { name: 'the guides\' transaction on bare h3', url: guides.url, rates: [] as number[] },
  rollcall: { name: 'Rollcall', url: `${app.url}/api/webhooks`, rates: [] as number[] },
}

let clock = Date.now()
const { data, ...envelope } = fixture('user.updated')
/** One event for each user; inserts in the first round, updates with another name in later ones. */
function events() {
  return Array.from({ length: DELIVERIES }, (_, index) => {
    const timestamp = ++clock
    return {
      ...envelope, instance_id: clerk.instanceId, timestamp,
      data: { ...data, id: `user_bench${String(index).padStart(17, '0')}`, first_name: `Name ${timestamp}`, updated_at: timestamp },
    }
  })
}

try {
  console.log(`${DELIVERIES} signed deliveries for as many users, ${CONNECTIONS} connections, median of ${ROUNDS} rounds after one to warm up`)
  for (let round = 0; round <= ROUNDS; round++) {
    // In turn, so that a slow minute of the machine falls on all of them.
    for (const contestant of Object.values(contestants)) {
      const rate = await measure(contestant.url, signDeliveries(clerk.webhookSecret, events()), CONNECTIONS)
      if (round > 0) contestant.rates.push(rate)
    }
  }
  /** By round, so that what slows all of them down falls out. */
  const ratio = (rates: number[], baseline: number[]) => Number(median(rates.map((rate, round) => rate / (baseline[round] ?? Number.NaN))).toFixed(2))
  console.table(Object.values(contestants).map(({ name, rates }) => ({
    'server': name,
    'a second': Math.round(median(rates)),
    '÷ bare Node': ratio(rates, contestants.bare.rates),
    '÷ the guides\'': ratio(rates, contestants.guides.rates),
    'rounds': rates.map(Math.round).join(' '),
  })))
}
finally {
  bare.stop()
  guides.stop()
  await rollcall.stop()
  await postgres.stop()
}
