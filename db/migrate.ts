import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { closeDatabase, openDatabase } from './client.ts'
import { isTransactionPooler, PooledAddressError } from './pooler.ts'
import type { SettingsMade } from './settings.ts'
import { makeRoleSettings, withoutTimeouts } from './settings.ts'

/** Any number will do, as long as every instance takes the same one. */
const MIGRATION_LOCK = 4_011_000

/** A migration may build an index of a large table. */
const SILENT_MS = 60 * 60_000

/**
 * Brings the database to the newest migration, and makes the settings of its role. Several instances may start together:
 * an advisory lock on the migrating connection lets one go first.
 * @param url of Postgres itself, not of a pooler in transaction mode
 * @param folder where `drizzle-kit generate` wrote
 * @returns what became of the settings; `changed` also when another instance made them while this one waited
 * @throws PooledAddressError, and what postgres.js throws when the database is not there
 */
export async function migrateDatabase(url: string, folder: string): Promise<SettingsMade> {
  if (await isTransactionPooler(url)) throw new PooledAddressError()
  const db = openDatabase(url, { max: 1, session: true, silentMs: SILENT_MS })
  const sql = db.$client
  try {
    const [session] = await sql<{ database: string, timeout: string }[]>`select current_database() as database, current_setting('statement_timeout') as timeout`
    await withoutTimeouts(sql)
    // Whoever migrates may have been cut off: so that its session, and with it the lock, ends soon.
    await sql`select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`
    await migrate(db, { migrationsFolder: folder })
    const { changed, refused } = await makeRoleSettings(sql, session?.database ?? '')
    return { changed: changed || session?.timeout === '0', refused }
  }
  finally {
    await closeDatabase(db)
  }
}
