import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** Any number will do, as long as every instance takes the same one. */
const MIGRATION_LOCK = 4_011_000

/**
 * Brings the database to the newest migration. Several instances may start together:
 * an advisory lock on the migrating connection lets one go first.
 * @param folder where `drizzle-kit generate` wrote
 * @throws what postgres.js throws when the database is not there
 */
export async function migrateDatabase(url: string, folder: string): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`
    await migrate(drizzle({ client }), { migrationsFolder: folder })
  }
  finally {
    await client.end({ timeout: 5 })
  }
}
