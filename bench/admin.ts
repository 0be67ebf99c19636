import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { fillMirror } from '#scripts/lib/large-mirror.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'
import type { Bench, Line } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { createDatabase } from './lib/databases.ts'

/** Every view of the admin page, with a large mirror and with a small one, each behind an app of its own. */
const FULL = { small: { users: 1_000, events: 1_000 }, large: { users: 200_000, events: 1_000_000 }, calls: 15 }
const SMOKE: typeof FULL = { small: { users: 100, events: 100 }, large: { users: 500, events: 500 }, calls: 1 }
/** What the large mirror may take: this many times the small one's, and never more than this. */
const TIMES = 10
const AT_MOST_MS = 60
const METRICS_TOKEN = 'a-token-for-the-benchmark'

const routes = [
  '/api/admin/sync',
  '/api/admin/charts?range=day',
  '/api/admin/charts?range=week',
  '/api/admin/charts?range=month',
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

/** Exits with 1 when a view is over its bound in a full run. */
export const run: Bench = async ({ smoke }) => {
  const sizes = smoke ? SMOKE : FULL
  const endings: (() => Promise<unknown>)[] = []
  try {
    const postgres = await startTemporaryPostgres()
    endings.push(() => postgres.stop())
    const clerk = await startLocalClerk({ port: 0 })
    endings.push(() => clerk.close())
    const admin = clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }, { silent: true }).id

    /** A database of its own behind an app of its own, filled. */
    async function startMirror(name: string, size: { users: number, events: number }): Promise<RunningApp> {
      const url = await createDatabase(postgres.url, name)
      const port = await freePort()
      const env = { ...clerk.env, ...quiet, DATABASE_URL: url, NUXT_SITE_URL: `http://localhost:${port}`, METRICS_TOKEN }
      const app = await startApp({ cwd: root, port, quiet: true, env })
      endings.push(() => app.stop())
      const db: Database = openDatabase(url, { max: 2 })
      endings.push(() => closeDatabase(db))
      await fillMirror(db, size)
      return app
    }

    async function call(app: RunningApp, path: string): Promise<number> {
      const token = path === '/api/metrics' ? METRICS_TOKEN : await clerk.session(admin, { azp: app.url })
      const began = performance.now()
      const answer = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
      await answer.arrayBuffer()
      // The users of the benchmark are not Clerk's, so a difference may be that both have no one.
      if (!answer.ok && !path.endsWith('/diff')) throw new Error(`${path} answered ${answer.status}.`)
      return performance.now() - began
    }

    const small = await startMirror('small', sizes.small)
    const large = await startMirror('large', sizes.large)
    const lines: Line[] = []
    for (const route of routes) {
      const times = { few: [] as number[], many: [] as number[] }
      // In turn, so that a slow second of the machine falls on both. The first round does not count.
      for (let round = 0; round <= sizes.calls; round++) {
        const [few, many] = [await call(small, route), await call(large, route)]
        if (round === 0) continue
        times.few.push(few)
        times.many.push(many)
      }
      lines.push(compare({ work: route.replace('/api/', ''), size: `${sizes.large.users} users`, unit: 'ms', reach: `≤ ${TIMES}` }, times.many, { name: `${sizes.small.users} users`, values: times.few }))
    }
    const over = lines.filter(({ ratio, value }) => ratio > TIMES || value > AT_MOST_MS)
    if (!smoke && over.length > 0) {
      console.error(`More than ${TIMES} times as long, or more than ${AT_MOST_MS} ms: ${over.map(({ work, value }) => `${work} (${value.toFixed(0)} ms)`).join(', ')}`)
      process.exitCode = 1
    }
    return lines
  }
  finally {
    for (const ending of endings.reverse()) await ending()
  }
}
