import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as v from 'valibot'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { findMigrator, findRights, findServer, findTimeoutsOff, hasAdminRun, hearsNotices } from '#db/queries/diagnosis.ts'
import { isTransactionPooler } from '#db/pooler.ts'
import { findInstanceId } from '#db/queries/state.ts'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'
import { checkClock } from './clock.ts'
import { checkCopy, checkProxies, checkSecondsOf } from './copy.ts'
import type { Env, Finding, FindingCode } from './finding.ts'
import { good, messageOf, note, wrong } from './finding.ts'

const OLDEST = 15
/** Beyond these, the next looks would only fail as well. */
const unfit: FindingCode[] = ['database-old', 'database-read-only', 'database-encoding', 'pooler']
const journal = resolve(import.meta.dirname, '../../db/migrations/meta/_journal.json')
const Journal = v.object({ entries: v.array(v.unknown()) })

/** What the database says. */
export interface DatabaseLook {
  findings: Finding[]
  /** The Clerk instance that it mirrors; null while unknown. */
  mirrored: string | null
  /** An admin has been let in once. */
  adminSeen: boolean
}

/** The database: reachable, fit, at the newest migration, and what it knows of the copy. */
export async function checkDatabase(env: Env): Promise<DatabaseLook> {
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl, SYNC_CHECK_SECONDS: setting, TRUSTED_PROXIES: proxies } = readEnv(env)
  const findings: Finding[] = []
  const unknown = { findings, mirrored: null, adminSeen: false }
  if (!v.is(ServerEnv.entries.DATABASE_URL, url) || !v.is(ServerEnv.entries.DATABASE_DIRECT_URL, directUrl)) return unknown
  const db = openDatabase(url, { max: 1, directUrl })
  try {
    findings.push(...await checkServer(db), ...await checkPooler(url, directUrl))
    if (findings.some(({ code }) => unfit.includes(code))) return unknown
    if (!await hearsNotices(db)) findings.push(wrong('listen-deaf', 'A notice that is sent by DATABASE_URL is not heard at the address that listens, so pages would not change by themselves.', 'DATABASE_DIRECT_URL has to name the same database as DATABASE_URL, and Postgres itself.'))
    else findings.push(good('listen', 'LISTEN hears what NOTIFY says.'))
    const tables = await checkTables(db)
    findings.push(...tables)
    if (tables.some(({ state }) => state === 'wrong')) return unknown
    const off = await findTimeoutsOff(db)
    if (off.length > 0) findings.push(note('timeouts-off', `Postgres sets no bound to what hangs: ${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off for this role.`, 'The server sets them at its start, where the role may; else docs/production.md says how.'))
    const every = checkSecondsOf(setting)
    if (every !== null) findings.push(...await checkCopy(db, every))
    findings.push(...await checkProxies(db, proxies))
    return { findings, mirrored: await findInstanceId(db), adminSeen: await hasAdminRun(db) }
  }
  catch (error) {
    findings.push(wrong('database-unreachable', `Postgres does not answer: ${messageOf(error)}`, 'Check DATABASE_URL and DATABASE_DIRECT_URL, that Postgres runs, and that this machine may connect.'))
    return unknown
  }
  finally {
    await closeDatabase(db)
  }
}

async function checkServer(db: Database): Promise<Finding[]> {
  const asked = Date.now()
  const { version, major, encoding, isReadOnly, isStandby, nowMs } = await findServer(db)
  const findings = [good('database', `Postgres ${version} answers.`)]
  if (major < OLDEST) findings.push(wrong('database-old', `Postgres ${version} is too old.`, `Use Postgres ${OLDEST} or later.`))
  if (isStandby) findings.push(wrong('database-read-only', 'DATABASE_URL leads to a standby, which takes no writes.', 'Set it to the primary.'))
  else if (isReadOnly) findings.push(wrong('database-read-only', 'Postgres takes no writes of this role: default_transaction_read_only is on.', 'Turn it off for the role and the database, or use another role.'))
  if (encoding !== 'UTF8') findings.push(wrong('database-encoding', `The database holds texts in ${encoding}, and not every name fits.`, 'Make a database with encoding UTF8.'))
  findings.push(...checkClock('clock-of-postgres', 'Postgres', nowMs, [asked, Date.now()]))
  return findings
}

/** Whether what belongs to a session (LISTEN, locks, migrations) has an address where sessions last. */
async function checkPooler(url: string, directUrl: string | undefined): Promise<Finding[]> {
  const [name, address] = directUrl === undefined ? ['DATABASE_URL', url] as const : ['DATABASE_DIRECT_URL', directUrl] as const
  if (await isTransactionPooler(address)) {
    return [wrong('pooler', `${name} leads to a pooler in transaction mode, where LISTEN and locks are lost.`, 'Set DATABASE_DIRECT_URL to the address of Postgres itself. DATABASE_URL may stay the pooler\'s.')]
  }
  return directUrl === undefined ? [] : [good('direct-address', 'DATABASE_DIRECT_URL leads to Postgres itself.')]
}

/** The rights of the role of `DATABASE_URL`, and of the one that migrates; and which migrations are applied. */
async function checkTables(db: Database): Promise<Finding[]> {
  const { role, refused } = await findRights(db)
  if (refused.length > 0) return [wrong('rights', `The role ${role} may not read and write every table: ${refused.join(', ')}.`, `As their owner: grant select, insert, update, delete on all tables in schema public to ${role}. Or use the owner's role.`)]
  const migrator = await findMigrator(db)
  const mayNot = (what: string) => wrong('rights-to-migrate', `The role ${migrator.role} may not make or change ${what}, so the server cannot start.`, 'The role of DATABASE_URL, or of DATABASE_DIRECT_URL where that is set, migrates: it owns the tables, and may create in the database and its schemas.')
  if (!migrator.mayMigrate) return [mayNot('the record of migrations')]
  const missing = v.parse(Journal, JSON.parse(await readFile(journal, 'utf8'))).entries.length - migrator.applied
  if (missing === 0) return [good('migrations', 'All migrations are applied.')]
  if (missing < 0) return [note('migrations-ahead', `The database has had ${-missing} more ${missing === -1 ? 'migration' : 'migrations'} than this version of the app knows.`, 'Use the newer version.')]
  return [
    ...migrator.mayAlter ? [] : [mayNot('tables')],
    wrong('migrations-missing', `${missing} ${missing === 1 ? 'migration is' : 'migrations are'} not applied.`, 'Run npm run db:migrate; the built server does so at its start.'),
  ]
}
