import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { fillMirror } from '#scripts/lib/large-mirror.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import { startApp } from '#scripts/lib/server.ts'
import { median } from './lib/load.ts'

const SMALL = { users: 1_000, events: 1_000 }
const LARGE = { users: 200_000, events: 1_000_000 }
const CALLS = 15
/** What the large mirror may take: this many times the small one's, and never more than this. */
const TIMES = 10
const AT_MOST_MS = 60

const postgres = await startTemporaryPostgres()
const clerk = await startLocalClerk({ port: 0 })
const admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id
if (!process.env.ROLLCALL_BENCH_NO_BUILD) await buildApp({ cwd: root })

/** A database of its own behind an app of its own, filled. */
async function startMirror(name: string, size: { users: number, events: number }) {
  const control = openDatabase(postgres.url, { max: 1 })
  await control.$client.unsafe(`create database ${name}`)
  await closeDatabase(control)
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  const port = await freePort()
  const env = { ...clerk.env, ...quiet, DATABASE_URL: url.href, NUXT_SITE_URL: `http://localhost:${port}`, METRICS_TOKEN: 'a-token-for-the-benchmark' }
  const app = await startApp({ cwd: root, port, quiet: true, env })
  const db: Database = openDatabase(url.href, { max: 2 })
  await fillMirror(db, size)
  return { app, db }
}

const small = await startMirror('small', SMALL)
const large = await startMirror('large', LARGE)

const routes = [
  '/api/admin/sync',
  '/api/admin/charts?range=day',
  '/api/admin/charts?range=week',
  ...['joined', 'name', 'synced'].flatMap(sort => ['asc', 'desc'].flatMap(order =>
    ['', '&status=gone', '&status=pending', '&status=here', '&banned=true', '&syncedBy=scan', '&syncedBy=request', '&syncedBy=webhook']
      .map(filter => `/api/admin/users?sort=${sort}&order=${order}${filter}`))),
  ...['Person 77', 'ari', 'p', 'user77@', 'nobody', 'user_bench_77'].flatMap(q => ['joined', 'name'].map(sort => `/api/admin/users?q=${encodeURIComponent(q)}&sort=${sort}`)),
  '/api/admin/users?q=p&status=gone',
  '/api/admin/users?q=ari&banned=true',
  '/api/admin/users/user_bench_77',
  '/api/admin/users/user_bench_77/diff',
  '/api/admin/events',
  ...['applied', 'stale', 'ignored', 'rejected', 'failed'].map(outcome => `/api/admin/events?outcome=${outcome}`),
  ...['user.created', 'user.deleted', 'session.created', 'nothing'].map(type => `/api/admin/events?type=${type}`),
  '/api/admin/events?type=user.deleted&outcome=rejected',
  '/api/admin/events?type=user.updated&outcome=applied&until=2020-01-01',
  '/api/admin/events?user=user_bench_77',
  '/api/admin/events?user=user_bench_77&outcome=failed',
  '/api/admin/events?since=2020-01-01',
  '/api/admin/runs',
  '/api/health',
  '/api/metrics',
]

async function call(app: { url: string }, path: string): Promise<number> {
  const token = path === '/api/metrics' ? 'a-token-for-the-benchmark' : await clerk.session(admin, { azp: app.url })
  const began = performance.now()
  const answer = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  await answer.arrayBuffer()
  // The users of the benchmark are not Clerk's, so a difference may be that both have no one.
  if (!answer.ok && !path.endsWith('/diff')) throw new Error(`${path} answered ${answer.status}.`)
  return performance.now() - began
}

/** Medians. In turn, so that a slow second of the machine falls on both. */
async function compare(path: string): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round <= CALLS; round++) {
    const both = [await call(small.app, path), await call(large.app, path)] as const
    if (round > 0) times.forEach((list, index) => list.push(both[index] ?? Number.NaN))
  }
  return [median(times[0]), median(times[1])]
}

console.log(`${SMALL.users} users and ${SMALL.events} events beside ${LARGE.users} and ${LARGE.events}: median of ${CALLS} calls after one to warm up`)
const found: { 'route': string, 'small, ms': number, 'large, ms': number, 'ratio': number }[] = []
for (const route of routes) {
  const [few, many] = await compare(route)
  found.push({ 'route': route.replace('/api/', ''), 'small, ms': Number(few.toFixed(2)), 'large, ms': Number(many.toFixed(2)), 'ratio': Number((many / few).toFixed(2)) })
}
console.table(found)
const over = found.filter(one => one.ratio > TIMES || one['large, ms'] > AT_MOST_MS)
console.log(over.length === 0
  ? `None takes more than ${TIMES} times as long, and none more than ${AT_MOST_MS} ms.`
  : `More than ${TIMES} times as long, or more than ${AT_MOST_MS} ms: ${over.map(one => `${one.route} (${one.ratio}, ${one['large, ms']} ms)`).join(', ')}`)

for (const { app, db } of [small, large]) {
  await app.stop()
  await closeDatabase(db)
}
await clerk.close()
await postgres.stop()
process.exit(over.length === 0 ? 0 : 1)
