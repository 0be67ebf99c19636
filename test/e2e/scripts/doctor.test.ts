import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalClerkOptions } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { diagnose } from '#scripts/doctor/diagnose.ts'
import type { Env, Finding, FindingCode } from '#scripts/doctor/finding.ts'
import { findingCodes } from '#scripts/doctor/finding.ts'
import { hasPooler, startPooler } from '#scripts/lib/pooler.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import { startApp } from '#scripts/lib/server.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import type { Passed } from '../support/http-proxy.ts'
import { startHttpProxy } from '../support/http-proxy.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'
import { run } from '../support/process.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { createTestDatabase, startRollcall } from '../support/rollcall.ts'

const seen = new Set<FindingCode>()
let port: number
beforeAll(async () => {
  port = await freePort()
})

/** Runs doctor's looks as the command does, and keeps which of them spoke. */
async function look(env: Env, url?: string): Promise<Finding[]> {
  const findings = await diagnose({ PATH: process.env.PATH, PORT: String(port), ...env }, url)
  for (const { code, text, mend, state } of findings) {
    seen.add(code)
    expect(text, code).toMatch(/[.!]$/)
    expect(state === 'good' || Boolean(mend), `${code} says how to mend it`).toBe(true)
  }
  return findings
}
const wrongOf = (findings: Finding[]) => findings.filter(({ state }) => state === 'wrong').map(({ code }) => code)

/** What a broken setup is: more of the environment, and what to undo. */
interface Broken { env?: Env, url?: string, undo?: () => Promise<unknown> }
type Case = [name: string, make: () => Promise<Broken> | Broken, code: FindingCode, state: Finding['state'], text: string | RegExp]
const undoing: NonNullable<Broken['undo']>[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0)) await undo()
})

async function expectFinding(base: Env, [, make, code, state, text]: Case) {
  const { env, url, undo } = await make()
  if (undo) undoing.push(undo)
  const findings = await look({ ...base, ...env }, url)
  const found = findings.find(one => one.code === code && one.state === state)
  expect(found, JSON.stringify(findings, null, 1)).toBeDefined()
  expect(found?.text).toMatch(text)
  expect(wrongOf(findings)).toEqual(state === 'wrong' ? [code] : [])
}

describe('what the checks know of the copy', () => {
  let mirror: Mirror
  beforeEach(async () => {
    mirror = await startMirror()
    mirror.clerk.users.import({ count: 12, createdAt: Date.now() - 7_200_000, updatedAt: Date.now() - 3_600_000 })
  })
  afterEach(() => mirror.stop())

  const envOf = () => ({ ...mirror.clerk.env, DATABASE_URL: mirror.databaseUrl, NUXT_SITE_URL: 'http://localhost:3000', PORT: String(port) })
  const doctor = (env: Env = {}) => look({ ...envOf(), ...env })
  const guard = () => createGuard(mirror.db, mirror.reader)
  const runCheck = () => check(mirror.db, mirror.reader, guard(), { everySeconds: 0 })
  const compare = async () => (await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' }))?.done
  const found = (code: FindingCode, state: Finding['state'], text: string | RegExp) => expect.arrayContaining([expect.objectContaining({ code, state, text: expect.stringMatching(text) })])

  it('says by the command that the copy was never compared, then until when every change is here', async () => {
    const command = async (...more: string[]) => {
      const child = run(process.execPath, ['scripts/doctor.ts', ...more], envOf())
      return { code: await child.ended, output: child.output() }
    }
    expect(await command()).toMatchObject({ code: 0, output: expect.stringMatching(/never been compared[\s\S]*Nothing is wrong\./) })
    await compare()
    await runCheck()
    const { code, output } = await command('--json', '--url', 'rollcall.example')
    expect(code).toBe(1)
    const json = JSON.parse(output)
    expect(json.ok).toBe(false)
    expect(json.findings).toEqual(found('copy', 'good', /The last check finished at \S+Z\. Every change in Clerk until \S+Z is here\./))
    expect(json.findings).toContainEqual({ code: 'listen', state: 'good', text: expect.any(String) })
    expect(json.findings).toContainEqual({ code: 'endpoint-unreachable', state: 'wrong', text: expect.any(String), mend: expect.any(String) })
    seen.add('copy')
  })

  it('before the server ever ran, finds no row of the state and nothing wrong', async () => {
    await mirror.db.$client`delete from sync_state`
    const findings = await doctor()
    expect(findings).toEqual(found('never-compared', 'note', 'never been compared'))
    expect(wrongOf(findings)).toEqual([])
  })

  it('says that the check is off, and what then cannot arrive', async () => {
    expect(await doctor({ SYNC_CHECK_SECONDS: '0' })).toEqual(found('check-off', 'note', 'The check is off'))
    expect(wrongOf(await doctor({ SYNC_CHECK_SECONDS: '0', NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' }))).toEqual(['no-way-in'])
    expect(await doctor({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' })).toEqual(found('no-secret', 'note', 'changes come by the check alone'))
  })

  it('counts that differ are wrong, and say how to mend them', async () => {
    await compare()
    for (const { id } of mirror.clerk.users.list().slice(0, 11)) mirror.clerk.users.delete(id, { silent: true })
    for (let n = 0; n < 3; n++) await runCheck()
    const findings = await doctor()
    expect(wrongOf(findings)).toContain('count')
    expect(findings).toEqual(found('count', 'wrong', '11 users too many are here: Clerk has 1, and 12 are here'))
    expect(findings.find(({ code }) => code === 'count')?.mend).toContain('un a reconcile')
  })

  it('says that no check finishes, and that the server may be down', async () => {
    await compare()
    await runCheck()
    await mirror.db.$client`update sync_state set checked_at = now() - interval '1 hour', last_event_at = now()`
    const findings = await doctor()
    expect(findings.find(({ code }) => code === 'check-late')?.mend).toContain('The check runs inside the server')
    expect(findings).toEqual(found('heard', 'good', 'last event arrived'))
  })

  it('while Clerk failed the last check, says so', async () => {
    await compare()
    mirror.clerk.faults.set({ backend: { status: 429 } })
    await expect(runCheck()).rejects.toThrow('429')
    mirror.clerk.faults.clear()
    expect(await doctor()).toEqual(found('not-compared', 'wrong', /asked too often \(429\)/))
  })

  it('says that a proxy may stand before the server, unless it is trusted', async () => {
    const codes = async (env?: Env) => (await doctor(env)).map(({ code }) => code)
    expect(await codes()).not.toContain('forwarded')
    await mirror.db.$client`update sync_state set forwarded_at = now() - interval '1 hour'`
    expect((await doctor()).find(({ code }) => code === 'forwarded')).toMatchObject({ state: 'note', text: expect.stringContaining('X-Forwarded-For'), mend: expect.stringMatching(/set TRUSTED_PROXIES/i) })
    expect(await codes({ TRUSTED_PROXIES: '1' })).not.toContain('forwarded')
    await mirror.db.$client`update sync_state set forwarded_at = now() - interval '2 days'`
    expect(await codes()).not.toContain('forwarded')
  })
})

describe('what is broken', () => {
  let mirror: Mirror
  let env: Env
  let folder: string
  beforeAll(async () => {
    mirror = await startMirror()
    env = { ...mirror.clerk.env, DATABASE_URL: mirror.databaseUrl, NUXT_SITE_URL: 'http://localhost:3000' }
    folder = await mkdtemp(join(tmpdir(), 'rollcall-doctor-'))
    await writeFile(join(folder, 'node'), '#!/bin/sh\necho v20.20.0\n')
    await chmod(join(folder, 'node'), 0o755)
  })
  afterAll(async () => {
    await mirror?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The same database with other parts of its address. */
  const at = (part: Partial<Pick<URL, 'port' | 'pathname' | 'username' | 'password'>>, url = mirror.databaseUrl) => Object.assign(new URL(url), part).href

  /** A role of its own, with what it is given. @param sql runs in a database of its own, with the name of the role in place of `$role` */
  async function role(sql: string, { empty = false } = {}): Promise<Broken> {
    const url = await createTestDatabase({ empty })
    const owner = postgres(url, { max: 1, onnotice: () => {} })
    const name = `r_${crypto.randomUUID().replaceAll('-', '')}`
    await owner.unsafe(`create role ${name} login password 'secret'; ${sql.replaceAll('$role', name).replaceAll('$database', new URL(url).pathname.slice(1))}`)
    return { env: { DATABASE_URL: at({ username: name, password: 'secret' }, url) }, undo: async () => {
      await owner.unsafe(`drop owned by ${name}; drop role ${name}`)
      await owner.end()
    } }
  }
  const usesTables = 'grant usage on schema public, drizzle to $role; grant select, insert, update, delete on all tables in schema public, drizzle to $role;'
  const migrates = `${usesTables} grant create on database $database to $role; grant create on schema drizzle to $role;`
  /** A Postgres that says something else of itself: functions of ours, found before its own. */
  const pretends = (functions: string) => role(`${migrates} create schema pretended; grant usage on schema pretended to $role; ${functions} alter role $role in database $database set search_path = pretended, pg_catalog, public`)
  const clockAhead = (seconds: number) => pretends(`create function pretended.clock_timestamp() returns timestamptz language sql return pg_catalog.clock_timestamp() + interval '${seconds} s';`)
  const otherClerk = async (options: LocalClerkOptions, env: (clerk: Awaited<ReturnType<typeof startLocalClerk>>) => Env) => {
    const clerk = await startLocalClerk({ port: 0, ...options })
    return { env: env(clerk), undo: () => clerk.close() }
  }

  it('finds nothing wrong where all is well', async () => {
    const findings = await look(env)
    expect(wrongOf(findings)).toEqual([])
    expect(findings.filter(({ state }) => state === 'good').map(({ code }) => code)).toEqual(['node', 'port', 'environment', 'database', 'clock-of-postgres', 'listen', 'migrations', 'clerk', 'clock-of-clerk', 'keys-of-one-instance'])
  })

  const cases: Case[] = [
    ['an old Node beside npm\'s', () => ({ env: { PATH: `${folder}:/usr/bin:/bin` } }), 'node-of-system', 'note', '20.20.0'],
    ['a port that another program has', async () => {
      const other = await startHttpProxy('', () => null)
      return { env: { PORT: new URL(other.url).port }, undo: other.close }
    }, 'port-taken', 'wrong', /^Port \d+ is taken/],
    ['a port that is none', () => ({ env: { PORT: 'web' } }), 'variable-malformed', 'wrong', 'PORT'],
    ['a variable that is not set', () => ({ env: { NUXT_SITE_URL: '' } }), 'variable-missing', 'note', 'NUXT_SITE_URL'],
    ['a variable of another framework', () => ({ env: { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: '', NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_x' } }), 'variable-misnamed', 'wrong', 'NEXT_PUBLIC_'],
    ['a key in the place of the other', () => ({ env: { NUXT_CLERK_SECRET_KEY: mirror.clerk.publishableKey } }), 'variable-of-other-kind', 'wrong', 'publishable key'],
    ['a live key beside a test key', () => ({ env: { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: mirror.clerk.publishableKey.replace('test', 'live') } }), 'keys-of-two-kinds', 'wrong', 'development'],
    ['test keys in production', () => ({ env: { NODE_ENV: 'production' } }), 'test-keys', 'note', 'NODE_ENV'],
    ['no Postgres', async () => ({ env: { DATABASE_URL: at({ port: String(await freePort()) }) } }), 'database-unreachable', 'wrong', 'ECONNREFUSED'],
    ['a wrong password', () => ({ env: { DATABASE_URL: at({ password: 'wrong' }) } }), 'database-unreachable', 'wrong', 'password authentication failed'],
    ['a database that is not there', () => ({ env: { DATABASE_URL: at({ pathname: '/nowhere' }) } }), 'database-unreachable', 'wrong', '"nowhere" does not exist'],
    ['an old Postgres', () => pretends(`create function pretended.current_setting(name text) returns text language sql return case name when 'server_version' then '14.11' when 'server_version_num' then '140011' else pg_catalog.current_setting(name) end;`), 'database-old', 'wrong', 'Postgres 14.11 is too old'],
    ['a standby', () => pretends('create function pretended.pg_is_in_recovery() returns bool language sql return true;'), 'database-read-only', 'wrong', 'standby'],
    ['a role that only reads', () => role(`${migrates} alter role $role set default_transaction_read_only = on`), 'database-read-only', 'wrong', 'default_transaction_read_only'],
    ['a database that is not in UTF-8', async () => {
      const name = `t_${crypto.randomUUID().replaceAll('-', '')}`
      await mirror.db.$client.unsafe(`create database ${name} encoding 'LATIN1' template template0 locale_provider libc locale 'C'`)
      return { env: { DATABASE_URL: at({ pathname: `/${name}` }) }, undo: () => mirror.db.$client.unsafe(`drop database ${name} with (force)`) }
    }, 'database-encoding', 'wrong', 'LATIN1'],
    ['a direct address of another database', async () => ({ env: { DATABASE_DIRECT_URL: await createTestDatabase() } }), 'listen-deaf', 'wrong', 'not heard'],
    ['a direct address', () => ({ env: { DATABASE_DIRECT_URL: mirror.databaseUrl } }), 'direct-address', 'good', 'Postgres itself'],
    ['no tables', async () => ({ env: { DATABASE_URL: await createTestDatabase({ empty: true }) } }), 'migrations-missing', 'wrong', /^\d+ migrations are not applied/],
    ['a database of a newer version', async () => {
      await mirror.db.$client`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e15)`
      return { undo: () => mirror.db.$client`delete from drizzle.__drizzle_migrations where hash = 'later'` }
    }, 'migrations-ahead', 'note', '1 more migration than'],
    ['a role without rights to a table', () => role(`${migrates} revoke update on posts from $role`), 'rights', 'wrong', /: posts\.$/],
    ['a role that may not migrate', () => role(usesTables), 'rights-to-migrate', 'wrong', 'the record of migrations'],
    ['a role that may make no tables', () => role('', { empty: true }), 'rights-to-migrate', 'wrong', /^The role r_\w+ may not make/],
    ['a role without timeouts', () => role(migrates), 'timeouts-off', 'note', 'statement_timeout'],
    ['a Postgres whose clock is wrong', () => clockAhead(400), 'clock-of-postgres', 'wrong', /(?:399|400) s ahead of/],
    ['a Postgres whose clock is a little wrong', () => clockAhead(-30), 'clock-of-postgres', 'note', /(?:30|31) s behind/],
    ['a Clerk whose clock is wrong', () => otherClerk({ now: () => Date.now() - 400_000 }, clerk => ({ NUXT_CLERK_API_URL: clerk.url })), 'clock-of-clerk', 'wrong', /(?:399|400|401) s behind/],
    ['a Clerk that does not answer', () => ({ env: { NUXT_CLERK_API_URL: 'http://localhost:9' } }), 'clerk-unreachable', 'wrong', 'does not answer at http://localhost:9'],
    ['a secret key that Clerk does not know', () => ({ env: { NUXT_CLERK_SECRET_KEY: 'sk_test_of_no_one' } }), 'clerk-refuses', 'wrong', '401'],
    ['a publishable key of another instance', () => ({ env: { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: `pk_test_${btoa('other-app-1.clerk.accounts.dev$')}` } }), 'keys-of-two-instances', 'wrong', 'is of other-app-1.clerk.accounts.dev, the secret key of local-clerk.clerk.accounts.dev'],
    ['a key that may not read the domains', async () => {
      const proxy = await startHttpProxy(mirror.clerk.url, ({ url }, passed, response) => {
        if (url !== '/v1/domains') return passed
        response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":[]}')
        return null
      })
      return { env: { NUXT_CLERK_API_URL: proxy.url }, undo: proxy.close }
    }, 'keys-not-compared', 'note', '403'],
    ['a database that mirrors another instance', async () => {
      await mirror.db.$client`update sync_state set instance_id = 'ins_other'`
      return { undo: () => mirror.db.$client`update sync_state set instance_id = null` }
    }, 'other-instance', 'wrong', 'mirrors ins_other'],
    ['an admin who was let in', async () => {
      await mirror.db.$client`insert into sync_runs (id, kind, started_by, started_at, counts) values (gen_random_uuid(), 'reconcile', 'user_ada', now(), '{}')`
      return { undo: () => mirror.db.$client`delete from sync_runs` }
    }, 'session-claim', 'good', 'an admin has been let in'],
  ]
  it.each(cases)('says so of %s', async (...one) => expectFinding(env, one))

  it.runIf(hasPooler)('says so of a pooler in transaction mode', async () => {
    const pooler = await startPooler(mirror.databaseUrl)
    undoing.push(pooler.stop)
    expect(wrongOf(await look({ ...env, DATABASE_URL: pooler.url }))).toEqual(['pooler'])
    expect(wrongOf(await look({ ...env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: mirror.databaseUrl }))).toEqual([])
  })
})

describe('the endpoint of an address', () => {
  let rollcall: Rollcall
  let env: Env
  beforeAll(async () => {
    rollcall = await startRollcall()
    env = { ...rollcall.clerk.env, DATABASE_URL: rollcall.databaseUrl, NUXT_SITE_URL: rollcall.app.url }
  })
  afterAll(() => rollcall?.stop())

  it('is whole, and two looks leave one row in the event log and no user', async () => {
    for (const url of [rollcall.app.url, `${rollcall.app.url}/api/webhooks`]) {
      const findings = await look(env, url)
      expect(wrongOf(findings)).toEqual([])
      expect(findings.slice(-3).map(({ code }) => code)).toEqual(['endpoint', 'endpoint-signed', 'endpoint-whole'])
    }
    expect(await rollcall.db.$client`select id, outcome, reason, deliveries from webhook_events`).toEqual([{ id: 'msg_rollcall_doctor', outcome: 'ignored', reason: 'sample', deliveries: 4 }])
    expect(await rollcall.db.$client`select 1 from users`).toHaveLength(0)
    expect(await rollcall.db.$client`select last_event_at from sync_state`).toEqual([{ last_event_at: null }])
    expect(await look({ ...env, PORT: new URL(rollcall.app.url).port })).toContainEqual({ code: 'port', state: 'good', text: expect.stringContaining('Rollcall answers') })
  })

  async function behind(way: Parameters<typeof startHttpProxy>[1]): Promise<Broken> {
    const proxy = await startHttpProxy(rollcall.app.url, way)
    return { url: proxy.url, undo: proxy.close }
  }
  const answers = (status: number, headers: Record<string, string> = {}, body = '') => () => behind((_request, _passed, response) => {
    response.writeHead(status, headers).end(body)
    return null
  })
  const changes = (body: (body: string) => string) => () => behind((_request, passed) => ({ ...passed, body: body(passed.body) }))
  const without = ({ headers, body }: Passed, name: string): Passed => ({ headers: Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name)), body })
  /** One more instance of the app, with something else in its environment. */
  const instance = async (more: Env): Promise<Broken> => {
    const at = await freePort()
    const app = await startApp({ cwd: root, port: at, quiet: true, env: { ...quiet, ...env, SYNC_CHECK_SECONDS: '60', ...more } as Record<string, string> })
    return { url: app.url, undo: () => app.stop() }
  }

  const cases: Case[] = [
    ['an address that is none', () => ({ url: 'rollcall.example' }), 'endpoint-unreachable', 'wrong', 'no web address'],
    ['a server that is not there', async () => ({ url: `http://localhost:${await freePort()}` }), 'endpoint-unreachable', 'wrong', 'ECONNREFUSED'],
    ['a redirect to https', answers(308, { location: 'https://rollcall.example/api/webhooks' }), 'endpoint-redirects', 'wrong', 'https://rollcall.example/api/webhooks'],
    ['a redirect to a sign-in', answers(302, { location: 'https://login.example/?next=%2Fapi&token=hush' }), 'endpoint-redirects', 'wrong', /^It answers 302, and sends to https:\/\/login\.example\/:/],
    ['a host that wants a password', answers(401), 'endpoint-not-public', 'wrong', '401'],
    ['a login page', answers(200, { 'content-type': 'text/html' }, '<form>'), 'endpoint-not-public', 'wrong', 'with a page'],
    ['another app', answers(404, {}, '{}'), 'endpoint-not-rollcall', 'wrong', '404'],
    ['something that takes all', answers(200, {}, '{"received":true}'), 'endpoint-accepts-anything', 'wrong', '200'],
    ['a proxy with no app behind it', answers(502), 'endpoint-fails', 'wrong', '502'],
    ['no secret there', () => instance({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' }), 'endpoint-without-secret', 'wrong', 'no signing secret'],
    ['no secret here', () => ({ env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' }, url: rollcall.app.url }), 'endpoint-unsigned', 'note', 'no signed event can be tried'],
    ['another secret there', () => ({ env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${btoa('another secret than theirs')}` }, url: rollcall.app.url }), 'endpoint-secret', 'wrong', 'by the secret here'],
    ['a proxy that strips headers', () => behind((_request, passed) => without(passed, 'svix-signature')), 'endpoint-headers', 'wrong', 'svix-signature'],
    ['a proxy that writes JSON anew', changes(body => JSON.stringify(JSON.parse(body))), 'endpoint-body', 'wrong', 'no longer fits'],
    ['a proxy that cuts long bodies', changes(body => body.slice(0, 100_000)), 'endpoint-body', 'wrong', 'no longer fits'],
    ['a proxy that refuses long bodies', () => behind((_request, passed, response) => {
      if (passed.body.length < 100_000) return passed
      response.writeHead(413).end()
      return null
    }), 'endpoint-body', 'wrong', 'too large'],
    ['the key of another Clerk app there', async () => {
      const clerk = await startLocalClerk({ port: 0 })
      const { url, undo } = await instance({ ...clerk.env, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET })
      return { url, undo: async () => Promise.all([undo?.(), clerk.close()]) }
    }, 'endpoint-other-instance', 'wrong', 'refuses a signed event'],
  ]
  it.each(cases)('says so of %s', async (...one) => expectFinding(env, one))

  it('says so of an address without https', async () => {
    const findings = await look(env, 'http://rollcall.invalid')
    expect(findings.slice(-2)).toMatchObject([{ code: 'endpoint-plain', state: 'note' }, { code: 'endpoint-unreachable', state: 'wrong' }])
  })

  it('says by how much its clock is off', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400_000 })
    undoing.push(async () => void vi.useRealTimers())
    const findings = await look(env, rollcall.app.url)
    expect(findings).toContainEqual(expect.objectContaining({ code: 'endpoint-clock', state: 'wrong', text: expect.stringMatching(/The server's clock is (?:38[4-9]|39\d|40[01]) s behind ours\./) }))
  })
})

it('every look has spoken in this file', () => {
  expect(findingCodes.filter(code => !seen.has(code) && (hasPooler || code !== 'pooler'))).toEqual([])
})
