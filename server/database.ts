import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import { openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { DatabaseNotReadyError } from './failure.ts'
import { migrationsFolder } from './migrations.ts'

/** A delivery has 15 s before Svix counts it as failed; a person has less patience. */
const READY_TIMEOUT_MS = 5_000
const RETRY_MS = 1_000

export interface AppDatabase {
  /** The pool, whether or not the database is there yet. */
  pool: Database
  /** Migrates, and tries again every second while the database is not there yet. @throws when the build carries no migrations */
  prepare(): Promise<void>
  /** The database, migrated. Nitro does not wait for plugins, so requests wait here. @throws DatabaseNotReadyError after 5 s */
  ready(): Promise<Database>
}

/** @param url `DATABASE_URL` */
export function createAppDatabase(url: string): AppDatabase {
  const pool = openDatabase(url)
  let prepared: Promise<void> | undefined

  async function migrate() {
    const folder = migrationsFolder()
    for (let attempt = 1; ; attempt++) {
      try {
        await migrateDatabase(url, folder)
        await ensureSyncState(pool)
        return
      }
      catch (error) {
        if (attempt % 10 === 1) console.error(`The database is not ready (${error instanceof Error ? error.message : error}). Trying again every second.`)
        await sleep(RETRY_MS)
      }
    }
  }

  const prepare = () => prepared ??= migrate()
  return {
    pool,
    prepare,
    async ready() {
      await withTimeout(prepare())
      return pool
    },
  }
}

function withTimeout(promise: Promise<void>): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new DatabaseNotReadyError('The database is not ready.')), READY_TIMEOUT_MS)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}
