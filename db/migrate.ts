import { setTimeout as sleep } from 'node:timers/promises'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type postgres from 'postgres'
import type { Database } from './client.ts'
import { closeDatabase, openDatabase, transaction } from './client.ts'
import { isPatient, runsInSteps } from './migration-steps.ts'
import { isTransactionPooler, PooledAddressError } from './pooler.ts'
import type { SettingsMade } from './settings.ts'
import { makeRoleSettings, withoutTimeouts } from './settings.ts'

/** Any number will do, as long as every instance takes the same one. */
const MIGRATION_LOCK = 4_011_000

/** A migration may build an index of a large table. */
const SILENT_MS = 60 * 60_000
/** How often whoever waits for another's migration asks whether it is done. */
const ASK_MS = 250

/** How long a statement may wait for a table's lock, ms: whoever comes after it, to read even, waits behind it. */
const LOCK_WAIT_MS = 500
/** Then it lets the others pass, ms. */
const PAUSE_MS = 1_000
const MOST_TRIES = 30
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK_DETECTED = '40P01'

/** Something holds a table that a migration has to change, such as a dump or a transaction that was left open. */
export class MigrationBlockedError extends Error {
  constructor(statement: string) {
    super(`A migration waits for a lock that another session holds, such as a dump or a long transaction (pg_stat_activity shows it): ${statement.replace(/\s+/g, ' ').slice(0, 100)}`)
  }
}

type Migration = ReturnType<typeof readMigrationFiles>[number]

/**
 * Brings the database to the newest migration, and makes the settings of its role. Several instances may start together:
 * an advisory lock on the migrating connection lets one go first. Instances of an older version go on meanwhile.
 * @param url of Postgres itself, not of a pooler in transaction mode
 * @param folder where `drizzle-kit generate` wrote
 * @returns what became of the settings; `changed` also when another instance made them while this one waited
 * @throws PooledAddressError · MigrationBlockedError · what postgres.js throws when the database is not there
 */
export async function migrateDatabase(url: string, folder: string): Promise<SettingsMade> {
  if (await isTransactionPooler(url)) throw new PooledAddressError()
  const migrations = readMigrationFiles({ migrationsFolder: folder })
  let closed = false
  const db = openDatabase(url, { session: true, silentMs: SILENT_MS, onClose: () => void (closed = true) })
  const sql = db.$client
  try {
    const [session] = await sql<{ database: string, timeout: string }[]>`select current_database() as database, current_setting('statement_timeout') as timeout`
    await withoutTimeouts(sql)
    // Whoever migrates may have been cut off: so that its session, and with it the lock, ends soon.
    await sql`select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`
    await takeLock(sql)
    const done = await findLastMigration(sql)
    for (const migration of migrations.filter(({ folderMillis }) => folderMillis > done)) {
      // The driver opens another connection by itself, and that one has no lock.
      if (closed) throw new Error('The connection that migrates was lost.')
      await run(db, migration)
    }
    const { changed, refused } = await makeRoleSettings(sql, session?.database ?? '')
    return { changed: changed || session?.timeout === '0', refused }
  }
  finally {
    await closeDatabase(db)
  }
}

/** Asks again and again: a statement that waited would hold a snapshot, and an index that is built concurrently waits for those. */
async function takeLock(sql: postgres.Sql) {
  for (;;) {
    const [row] = await sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${MIGRATION_LOCK}) as taken`
    if (row?.taken) return
    await sleep(ASK_MS)
  }
}

/** The newest migration that ran, as the time in the journal, ms since 1970; 0 for none. The table is that of drizzle's own migrator. */
async function findLastMigration(sql: postgres.Sql): Promise<number> {
  await sql`create schema if not exists drizzle`
  await sql`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`
  const [row] = await sql<{ at: string }[]>`select created_at as at from drizzle.__drizzle_migrations order by created_at desc limit 1`
  return Number(row?.at ?? 0)
}

async function run(db: Database, migration: Migration) {
  const note = (sql: postgres.ISql) => sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${migration.hash}, ${migration.folderMillis})`
  if (runsInSteps(migration.sql)) {
    for (const statement of migration.sql) await unlessBlocked(db, statement, () => runStep(db.$client, statement))
    await note(db.$client)
    return
  }
  await unlessBlocked(db, migration.sql[0] ?? '', () => transaction(db, async (sql) => {
    for (const statement of migration.sql) await sql.unsafe(statement)
    await note(sql)
  }))
}

/** Runs one statement by itself. An index that was not finished when its migration was interrupted is built anew. */
async function runStep(sql: postgres.Sql, statement: string) {
  if (!isPatient(statement)) return sql.unsafe(statement)
  await setLockTimeout(sql, 0)
  const unfinished = await sql<{ name: string }[]>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where not i.indisvalid and pg_table_is_visible(c.oid) and ${statement} ~ ('\\y' || c.relname || '\\y')
  `
  for (const { name } of unfinished) await sql`drop index concurrently ${sql(name)}`
  return sql.unsafe(statement)
}

/** Tries again while the lock is held by another, letting others pass in between. */
async function unlessBlocked(db: Database, statement: string, attempt: () => Promise<unknown>) {
  for (let tries = 1; ; tries++) {
    try {
      await setLockTimeout(db.$client, LOCK_WAIT_MS)
      await attempt()
      return
    }
    catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      // Version 0.1.0 waits for our lock inside a statement: whoever does must get it before an index can be built.
      if (code === DEADLOCK_DETECTED || (code === LOCK_NOT_AVAILABLE && tries === MOST_TRIES)) throw new MigrationBlockedError(statement)
      if (code !== LOCK_NOT_AVAILABLE) throw error
      await sleep(PAUSE_MS)
    }
  }
}

const setLockTimeout = (sql: postgres.Sql, ms: number) => sql`select set_config('lock_timeout', ${String(ms)}, false)`
