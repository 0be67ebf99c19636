import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, styleText } from 'node:util'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { buildApp } from './lib/build.ts'
import { freePort } from './lib/ports.ts'
import { startTemporaryPostgres } from './lib/postgres.ts'
import { root } from './lib/rollcall.ts'
import type { RunningApp } from './lib/server.ts'
import { startApp } from './lib/server.ts'
import type { DatabaseProxy } from './lib/database-proxy.ts'
import { startDatabaseProxy } from './lib/database-proxy.ts'
import { startChanges } from './soak/changes.ts'
import { untilEqual } from './soak/compare.ts'
import { startListeners, startPeople, startStalled } from './soak/people.ts'
import type { Sample } from './soak/samples.ts'
import { findGrowth, takeSample } from './soak/samples.ts'
import type { World } from './soak/world.ts'
import { createFaultLog } from './soak/world.ts'

/**
 * Two built instances on one Postgres under a mixed load, with faults: deliveries that are lost, doubled and reordered,
 * people who read and write, streams that come and go or read nothing, connections that go silent, a database that is
 * away, a check and a reconcile in between. At the end nothing may have grown, no request may have failed but while
 * the database was away, and the table must equal Clerk's. `npm run soak -- --minutes 2`; the default is 30.
 */
const { values } = parseArgs({ options: { 'minutes': { type: 'string', default: '30' }, 'no-build': { type: 'boolean', default: false } } })
const MINUTES = v.parse(v.pipe(v.string(), v.transform(Number), v.minValue(1, 'A soak takes a minute at least.'), v.maxValue(24 * 60, 'A soak takes a day at most.')), values.minutes)

const TOTAL_MS = MINUTES * 60_000
/** The faults come once in each cycle. */
const CYCLE_MS = Math.min(TOTAL_MS, 5 * 60_000)
const SAMPLE_MS = Math.min(10_000, TOTAL_MS / 120)
const SHOWN_SAMPLES = 20
/** Little, so that garbage is collected often, and a leak ends the process. */
const HEAP_MB = 256
const SILENT_MS = 15_000
const AWAY_MS = 5_000
const MEMBERS = 40
const TOKEN = randomUUID()

const endings: (() => Promise<unknown>)[] = []
try {
  if (!values['no-build']) await buildApp({ cwd: root })
  process.exitCode = await soak() ? 0 : 1
}
finally {
  for (const ending of endings.reverse()) await ending().catch(() => {})
}

async function soak(): Promise<boolean> {
  const postgres = await startTemporaryPostgres()
  endings.push(() => postgres.stop())
  const ports = await Promise.all([freePort(), freePort()])
  const urls = ports.map(port => `http://localhost:${port}`)
  const clerk = await startLocalClerk({ port: 0, webhook: { url: `${urls[0]}/api/webhooks` }, retryScale: 0.01 })
  endings.push(() => clerk.close())
  const members = clerk.users.import({ count: MEMBERS })
  const admin = clerk.users.create({ firstName: 'Admin', publicMetadata: { role: 'admin' } })

  const proxies: DatabaseProxy[] = []
  const apps: RunningApp[] = []
  for (const port of ports) {
    const proxy = await startDatabaseProxy(postgres.url)
    endings.push(() => proxy.close())
    proxies.push(proxy)
    const app = await startApp({ cwd: root, port, quiet: true, env: {
      ...clerk.env, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`, DATABASE_URL: proxy.url, NUXT_SITE_URL: urls.join(','), METRICS_TOKEN: TOKEN, SYNC_CHECK_SECONDS: '3', RECONCILE_CRON: 'off', LIVE_STREAMS_PER_CLIENT: '500', RATE_LIMIT_FACTOR: '100',
    } })
    endings.push(() => app.stop())
    apps.push(app)
  }
  const db = openDatabase(postgres.url, { max: 2 })
  endings.push(() => closeDatabase(db))
  const askAdmin = async (path: string, json?: object) => {
    const [app] = apps
    const token = await clerk.session(admin.id, { azp: app?.url })
    return fetch(`${app?.url}${path}`, { method: 'POST', headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(json ?? {}) })
  }
  await untilEqual(db, clerk, 30_000)

  const ended = new AbortController()
  const log = createFaultLog()
  const world: World = { apps, clerk, members, log, signal: ended.signal }
  clerk.faults.set({ drop: 0.01, duplicate: 0.2, reorderMs: 500 })
  const loops = [...startPeople(world, { readers: 6, writers: 2 }), ...startListeners(world, 60), ...startStalled(world, 4), startChanges(world, 80)]

  const samples: Sample[][] = apps.map(() => [])
  const began = Date.now()
  const until = (at: number) => sleep(Math.max(0, began + at - Date.now()))
  async function sample() {
    for (let n = 1; n * SAMPLE_MS <= TOTAL_MS; n++) {
      await until(n * SAMPLE_MS)
      for (const [index, app] of apps.entries()) {
        const proxy = proxies[index]
        const taken = proxy && await takeSample(app, proxy, TOKEN, (Date.now() - began) / 1000)
        if (!taken) continue
        samples[index]?.push(taken)
        if (n % Math.ceil(TOTAL_MS / SAMPLE_MS / SHOWN_SAMPLES) === 0) console.log(`${String(Math.round(taken.at)).padStart(5)} s  instance ${index + 1}  heap ${taken.heap.toFixed(0)} MiB  resident ${taken.resident.toFixed(0)} MiB  handles ${taken.handles}  streams ${taken.streams}  connections ${taken.connections}`)
      }
    }
  }
  async function fail() {
    for (let cycle = 0; cycle < TOTAL_MS; cycle += CYCLE_MS) {
      await until(cycle + CYCLE_MS * 0.45)
      console.log('        the connections of instance 1 go silent')
      log.trouble('silent')
      proxies[0]?.freeze()
      await sleep(SILENT_MS)
      log.calm()
      await until(cycle + CYCLE_MS * 0.62)
      console.log('        the database is away')
      log.trouble('away')
      proxies.forEach(proxy => proxy.cut())
      await sleep(AWAY_MS)
      proxies.forEach(proxy => proxy.release())
      log.calm()
      await until(cycle + CYCLE_MS * 0.8)
      console.log(`        a check: ${(await askAdmin('/api/admin/check')).status}, a reconcile: ${(await askAdmin('/api/admin/reconcile')).status}`)
    }
  }
  await Promise.all([sample(), fail()])
  await until(TOTAL_MS)
  ended.abort()
  await Promise.all(loops)

  clerk.faults.clear()
  await clerk.deliveries.settled()
  const findings = [
    ...samples.flatMap((of, index) => findGrowth(of).map(grown => `Instance ${index + 1}: ${grown}.`)),
    ...log.faults(),
    ...await untilEqual(db, clerk, 60_000),
  ]
  for (const [index, app] of apps.entries()) {
    const proxy = proxies[index]
    const last = proxy && await takeSample(app, proxy, TOKEN, 0)
    if (last?.streams !== 0) findings.push(`Instance ${index + 1}: ${last?.streams} streams are still held though everyone has left.`)
  }

  console.log(`\nAnswers: ${Object.entries(log.statuses()).map(([status, count]) => `${count} × ${status}`).join(', ')}; ${log.expected()} failed while the database was away or silent.`)
  console.log(`Users at Clerk: ${clerk.users.list().length}.`)
  findings.forEach(finding => console.log(styleText('red', `✗ ${finding}`)))
  if (findings.length === 0) console.log(styleText('green', '✓ Nothing grew, nothing failed, and the table equals Clerk\'s.'))
  return findings.length === 0
}
