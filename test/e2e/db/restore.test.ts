import { execFile, spawnSync } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { startPostgres } from '#scripts/lib/postgres.ts'
import { root, startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'
import type { MirrorHealth } from '#shared/types/admin.ts'
import { until } from '../support/admin.ts'
import { createTestDatabase } from '../support/rollcall.ts'

const ago = (hours: number) => Date.now() - hours * 3_600_000
const run = promisify(execFile)

interface Backup {
  /** Of the database that will be lost. */
  url: string
  make(): Promise<void>
  loseDatabase(): Promise<void>
  /** @returns the address of what was restored */
  restore(): Promise<string>
}

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function newFolder() {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-restore-'))
  // As root, Postgres runs as another user, who must be able to enter.
  await chmod(dir, 0o755)
  ends.push(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** What is lost with the power is of no interest here. */
const flags = ['-c', 'fsync=off']

/** https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP */
async function copyDataFolder(): Promise<Backup> {
  const dir = await newFolder()
  const copy = join(dir, 'backup')
  const server = await startPostgres({ dataDir: join(dir, 'postgres'), flags })
  ends.push(() => server.stop())
  return {
    url: server.url,
    async make() {
      const sql = postgres(server.url, { max: 1, onnotice: () => {} })
      await sql`select pg_backup_start('backup', true)`
      // `fs.cp` would not keep the owner.
      await run('cp', ['-a', server.dataDir, copy])
      const [stopped] = await sql<{ label: string }[]>`select labelfile as label from pg_backup_stop(false)`
      await sql.end()
      // The log up to the end of the backup, without which the copy is of no use.
      await run('cp', ['-a', `${join(server.dataDir, 'pg_wal')}/.`, join(copy, 'pg_wal')])
      const { uid, gid } = await stat(copy)
      await writeFile(join(copy, 'backup_label'), stopped?.label ?? '')
      await chown(join(copy, 'backup_label'), uid, gid)
      await rm(join(copy, 'postmaster.pid'))
    },
    async loseDatabase() {
      await server.stop()
      await rm(server.dataDir, { recursive: true })
    },
    async restore() {
      const restored = await startPostgres({ dataDir: copy, flags })
      ends.push(() => restored.stop())
      return restored.url
    },
  }
}

async function dump(): Promise<Backup> {
  const file = join(await newFolder(), 'rollcall.dump')
  const url = await createTestDatabase({ empty: true })
  return {
    url,
    make: async () => void await run('pg_dump', ['--format=custom', `--file=${file}`, url]),
    async loseDatabase() {
      const sql = postgres(inject('postgresUrl'), { max: 1 })
      await sql`drop database ${sql(new URL(url).pathname.slice(1))} with (force)`
      await sql.end()
    },
    async restore() {
      const restored = await createTestDatabase({ empty: true })
      await run('pg_restore', ['--exit-on-error', '--no-owner', `--dbname=${restored}`, file])
      return restored
    },
  }
}

/** pg_dump reads servers of its own version and older ones. */
async function canDump() {
  const [, tool] = /(\d+)/.exec(spawnSync('pg_dump', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? []
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const [server] = await sql<{ major: number }[]>`select current_setting('server_version_num')::int / 10000 as major`
  await sql.end()
  return Number(tool ?? 0) >= (server?.major ?? Infinity)
}

const checks = { SYNC_CHECK_SECONDS: '1' }

describe.skipIf(process.platform === 'win32').each([['a copy of the data folder', copyDataFolder], ['pg_dump', dump]] as const)('restored from %s', (_what, prepare) => {
  it('the copy is red until it was compared, and then has all that Clerk says', { timeout: 120_000 }, async ({ skip }) => {
    if (prepare === dump && !await canDump()) skip('pg_dump is missing, or older than the server.')
    const backup = await prepare()
    const { app, clerk, stop } = await startAppWithClerk({ databaseUrl: backup.url, env: checks, clerk: { retryScale: 0.001 } })
    ends.push(stop)
    const ask = async (path: string, as: string, { method = 'GET', json }: { method?: string, json?: unknown } = {}, to: RunningApp = app) => {
      const token = await clerk.session(as, { azp: to.url })
      const answer = await fetch(`${to.url}${path}`, { method, headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }, body: json === undefined ? undefined : JSON.stringify(json) })
      expect(answer.status, path).toBeLessThan(300)
      return answer.json()
    }
    const create = (firstName: string, more = {}) => clerk.users.create({ firstName, email: `${firstName.toLowerCase()}@example.com`, ...more }).id
    const health = (): Promise<MirrorHealth> => ask('/api/admin/sync', ada)

    const ada = create('Ada', { publicMetadata: { role: 'admin' } })
    const [ben, cy, dee] = [create('Ben'), create('Cy'), create('Dee')]
    // More than a check reads at once where little has changed.
    clerk.users.import({ count: 520, createdAt: ago(48), updatedAt: [ago(20), ago(2)] })
    await clerk.deliveries.idle()
    await ask('/api/me/profile', dee, { method: 'PATCH', json: { bio: 'Here.', country: null, birthday: null } })
    await ask('/api/posts', ada, { method: 'POST', json: { body: 'Before' } })
    await until(health, ({ verdict }) => verdict.copy.state === 'equal')
    await backup.make()

    clerk.users.update(ben, { firstName: 'Benjamin' })
    const eve = create('Eve')
    clerk.users.delete(cy)
    clerk.users.delete(dee)
    // As many as were deleted, and dated back: neither the counts nor the changes show that these are missing.
    const imported = clerk.users.import({ count: 2, createdAt: ago(24), updatedAt: ago(24) }).map(({ id }) => id)
    await clerk.deliveries.idle()
    await ask('/api/posts', ada, { method: 'POST', json: { body: 'Since' } })
    const delivered = clerk.deliveries.list().length

    await app.stop()
    await backup.loseDatabase()
    const url = await backup.restore()
    const sql = postgres(url, { max: 2, onnotice: () => {} })
    ends.push(() => sql.end())
    // A backup is seldom as young as this one.
    await sql`update sync_state set seen_until = seen_until - interval '1 hour', check_began_at = check_began_at - interval '1 hour', checked_at = checked_at - interval '1 hour', compared_at = compared_at - interval '1 hour', scan_asked_at = scan_asked_at - interval '1 hour'`
    const restored = await startApp({ cwd: root, port: Number(new URL(app.url).port), env: { ...clerk.env, NUXT_SITE_URL: app.url, DATABASE_URL: url, ...checks, RECONCILE_CRON: 'off', RATE_LIMIT_FACTOR: '0' }, quiet: true })
    ends.push(() => restored.stop())

    const first = await health()
    expect(first.verdict).toMatchObject({ level: 'warn', copy: { state: 'not-compared' } })
    await until(health, ({ verdict }) => verdict.copy.state === 'equal')
    const rows = new Map((await sql`select id, first_name as name, email, deleted_at is not null as deleted, synced_by as by from users`).map(row => [row.id, row]))
    for (const { id, firstName } of clerk.users.list()) expect(rows.get(id), id).toMatchObject({ name: firstName, deleted: false })
    expect([ben, eve].map(id => rows.get(id)?.name)).toEqual(['Benjamin', 'Eve'])
    expect(imported.every(id => rows.has(id))).toBe(true)
    for (const id of [cy, dee]) expect(rows.get(id)).toMatchObject({ name: null, email: null, deleted: true, by: 'scan' })
    // Nothing of it was sent again.
    expect(clerk.deliveries.list()).toHaveLength(delivered)

    // Clerk knows nothing of what people wrote here.
    const { posts } = await (await fetch(`${restored.url}/api/posts`)).json()
    expect(posts.map(({ body }: { body: string }) => body)).toEqual(['Before'])
    await ask('/api/posts', eve, { method: 'POST', json: { body: 'Afterwards' } }, restored)
    // A check that was under way while the comparison ended speaks once more.
    await until(() => fetch(`${restored.url}/api/health`).then(answer => answer.json()), ({ status }) => status === 'ok')
  })
})
