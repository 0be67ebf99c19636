import type { Database } from '#db/client.ts'
import { openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ensureSyncState } from '#db/queries/state.ts'

/** A delivery has 15 s before Svix counts it as failed; a person has less patience. */
const READY_TIMEOUT_MS = 5_000
const RETRY_MS = 1_000

let database: Database | undefined
let ready: Promise<void> | undefined

/** The pool, whether or not the database is there yet. */
export function useDbPool(): Database {
  database ??= openDatabase(useEnv().DATABASE_URL)
  return database
}

/**
 * The database, migrated. Nitro does not wait for plugins, so requests wait here.
 * @throws after 5 s without a database
 */
export async function useDb(): Promise<Database> {
  await withTimeout(prepareDb(), READY_TIMEOUT_MS)
  return useDbPool()
}

/** Migrates, and tries again every second while the database is not there yet. */
export function prepareDb(): Promise<void> {
  ready ??= migrateWhenThere()
  return ready
}

async function migrateWhenThere() {
  const folder = migrationsFolder()
  for (let attempt = 1; ; attempt++) {
    try {
      await migrateDatabase(useEnv().DATABASE_URL, folder)
      await ensureSyncState(useDbPool())
      return
    }
    catch (error) {
      if (attempt % 10 === 1) console.error(`The database is not ready (${error instanceof Error ? error.message : error}). Trying again every second.`)
      await new Promise(done => setTimeout(done, RETRY_MS))
    }
  }
}

function withTimeout(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('The database is not ready.')), ms)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}
