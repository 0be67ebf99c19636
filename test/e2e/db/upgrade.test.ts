import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'
import { fillDatabase } from '../support/big.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const POSTS = 2_000
/** For what hangs without a lock; who waits for one longer than 2 s fails, by `lock_timeout`. */
const SLOWEST_MS = 10_000

/** What the next version may bring. Its index takes 1 ms for each post, so that a plain build would hold up writes for seconds. */
const statements = [
  `CREATE OR REPLACE FUNCTION "slowly"("body" text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(0.001); RETURN "body"; END $$;`,
  `ALTER TABLE "posts" ADD COLUMN IF NOT EXISTS "pinned_at" timestamp (3) with time zone;`,
  `CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_next_idx" ON "posts" USING btree (slowly("body"));`,
  `ALTER TABLE "posts" DROP CONSTRAINT IF EXISTS "posts_pinned_check", ADD CONSTRAINT "posts_pinned_check" CHECK ("pinned_at" >= "created_at") NOT VALID;`,
  `ALTER TABLE "posts" VALIDATE CONSTRAINT "posts_pinned_check";`,
]

let rollcall: Rollcall
let ada: string
let nextVersion: string
const started: RunningApp[] = []

beforeAll(async () => {
  rollcall = await startRollcall()
  await fillDatabase(rollcall.db, { users: 200, posts: POSTS })
  ada = rollcall.clerk.users.create({ firstName: 'Ada' }).id
  await rollcall.clerk.deliveries.idle()
  nextVersion = await buildNextVersion()
})
afterAll(async () => {
  await Promise.all(started.map(app => app.stop()))
  await rollcall?.stop()
  await rm(nextVersion, { recursive: true, force: true })
})

/** This build with one migration more. */
async function buildNextVersion(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-next-'))
  await cp(join(root, '.output'), join(folder, '.output'), { recursive: true })
  const migrations = join(folder, '.output/server/migrations')
  const journal = JSON.parse(await readFile(join(migrations, 'meta/_journal.json'), 'utf8'))
  const last = journal.entries.at(-1)
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_next' })
  await writeFile(join(migrations, 'meta/_journal.json'), JSON.stringify(journal))
  await appendFile(join(migrations, '9999_next.sql'), statements.join('--> statement-breakpoint\n'))
  return folder
}

const envFor = (port: number) => ({ ...rollcall.clerk.env, ...quiet, DATABASE_URL: rollcall.databaseUrl, NUXT_SITE_URL: `http://localhost:${port}` })

async function start(cwd: string): Promise<RunningApp> {
  const port = await freePort()
  const app = await startApp({ cwd, port, env: envFor(port), quiet: true, timeoutMs: 60_000 })
  started.push(app)
  return app
}

/** Starts the next version, and kills it with SIGKILL once `seen`. */
async function killNextVersion(seen: () => Promise<boolean>) {
  const port = await freePort()
  const next = spawn(process.execPath, [join(nextVersion, '.output/server/index.mjs')], { env: { PATH: process.env.PATH, PORT: `${port}`, ...envFor(port) }, stdio: 'ignore' })
  while (!await seen()) await sleep(20)
  next.kill('SIGKILL')
  await once(next, 'exit')
}

const find = async (query: string) => (await rollcall.db.$client.unsafe(query)).map(row => Object.values(row)[0])
const findIndexStates = () => find(`select indisvalid from pg_index where indexrelid = to_regclass('posts_next_idx')`)

/** What an instance of 0.1.0 does that is started while the index is built: it waits for the migrations' lock inside a statement. */
async function waitAsBefore() {
  while (!await isBuilding()) await sleep(20)
  const session = rollcall.db.openSession()
  await session.$client`select set_config(name, '0', false) from pg_settings where name in ('statement_timeout', 'lock_timeout')`
  await session.$client`select pg_advisory_lock(4011000)`.catch(error => expect(error).toMatchObject({ code: '40P01' }))
  await session.$client.end()
}

/** A connection whose one transaction sees everything as it is at its first statement. */
async function openSnapshot() {
  const { $client: session } = rollcall.db.openSession({ silentMs: 90_000 })
  await session`set idle_in_transaction_session_timeout = 0`
  return {
    async run(work: (sql: TransactionSql) => Promise<void>): Promise<void> {
      await session.begin('isolation level repeatable read', work)
      await session.end()
    },
  }
}

const isBuilding = async () => (await find('select 1 from pg_stat_progress_create_index')).length > 0

interface Answer { kind: string, status: number | string, ms: number }

/** What people and Svix do meanwhile, each kind one after another. */
function startLoad(app: RunningApp) {
  const answers: Answer[] = []
  const posted: string[] = []
  let ended = false
  const event = { ...fixture('user.updated'), object: 'event', instance_id: rollcall.clerk.instanceId }
  const as = (path: string, json?: unknown, method?: string) => rollcall.request(path, { as: ada, json, method, app })
  const kinds: Record<string, () => Promise<Response>> = {
    'the feed': () => fetch(`${app.url}/api/posts?limit=20`),
    'the feed of a member': () => as('/api/posts?limit=20'),
    'a member': () => fetch(`${app.url}/api/users/${ada}`),
    'the page': () => fetch(`${app.url}/`),
    'a post': async () => {
      const answer = await as('/api/posts', { body: 'Meanwhile' })
      if (answer.ok) posted.push((await answer.clone().json()).id)
      return answer
    },
    'a like': () => as(`/api/posts/${posted.at(-1) ?? ''}/like`, undefined, 'PUT'),
    'a delivery': () => {
      const now = Date.now()
      return deliver(app.url, rollcall.clerk.webhookSecret, JSON.stringify({ ...event, timestamp: now, data: { ...event.data, first_name: `At ${now}`, updated_at: now } }))
    },
  }
  const running = Object.entries(kinds).map(async ([kind, ask]) => {
    if (kind === 'a like') while (posted.length === 0 && !ended) await sleep(5)
    while (!ended) {
      const began = performance.now()
      const status = await ask().then(async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      }).catch(error => String(error))
      answers.push({ kind, status, ms: performance.now() - began })
      await sleep(60)
    }
  })
  return {
    async end(): Promise<Answer[]> {
      ended = true
      await Promise.all(running)
      return answers
    },
  }
}

describe.skipIf(process.platform === 'win32')('while a version with another migration starts', { timeout: 90_000 }, () => {
  it('instances of the one before answer all, also when a dump runs and the first that migrates is killed', async () => {
    const load = startLoad(rollcall.app)

    // It reads the posts until it is done, and every change of the table waits for it.
    const dump = await openSnapshot()
    const dumped = dump.run(async (sql) => {
      await sql`select count(*) from posts`
      await sleep(3_000)
    })
    // An index is not valid before all that is older has ended, so it is not done before Postgres notices that who asked for it is gone.
    const report = await openSnapshot()
    const killed = new AbortController()
    const reported = report.run(async (sql) => {
      await sql`select 1`
      await once(killed.signal, 'abort')
    })
    await killNextVersion(async () => (await findIndexStates()).includes(false))
    await dumped
    expect(await findIndexStates()).toEqual([false])
    expect(await find(`select column_name from information_schema.columns where table_name = 'posts' and column_name = 'pinned_at'`)).toEqual(['pinned_at'])

    // Postgres notices within 5 s that the killed one is gone.
    while (await isBuilding()) await sleep(20)
    killed.abort()
    await reported
    expect(await findIndexStates()).toEqual([false])
    // Two at once: one builds, and must not wait for the other, which waits for it.
    const [first] = await Promise.all([start(nextVersion), start(nextVersion), waitAsBefore()])
    const answers = await load.end()

    expect(await findIndexStates()).toEqual([true])
    expect(await find(`select convalidated from pg_constraint where conname = 'posts_pinned_check'`)).toEqual([true])
    const journal = JSON.parse(await readFile(join(nextVersion, '.output/server/migrations/meta/_journal.json'), 'utf8'))
    expect(await find('select created_at from drizzle.__drizzle_migrations order by 1')).toEqual(journal.entries.map(({ when }: { when: number }) => String(when)))

    expect(answers.filter(({ status }) => typeof status === 'string' || status >= 300)).toEqual([])
    const kinds = Map.groupBy(answers, ({ kind }) => kind)
    expect(kinds.size).toBe(7)
    for (const [kind, times] of kinds) {
      expect(times.length, kind).toBeGreaterThan(20)
      expect(Math.max(...times.map(({ ms }) => ms)), kind).toBeLessThan(SLOWEST_MS)
    }
    expect((await rollcall.request('/api/posts', { as: ada, json: { body: 'Afterwards' }, app: first })).status).toBe(201)
  })

  it('an instance of the one before can be started again, and serves', async () => {
    const before = await start(root)
    expect((await rollcall.request('/api/posts', { as: ada, json: { body: 'As before' }, app: before })).status).toBe(201)
    const { posts } = await (await fetch(`${before.url}/api/posts`)).json()
    expect(posts[0]).toMatchObject({ body: 'As before', author: { id: ada } })
  })
})
