import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { PooledAddressError } from '#db/pooler.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import type { Wires } from '#shared/types/admin.ts'
import { codeOf } from './failure.ts'
import type { Listener, ListenerEvents } from './live/listener.ts'
import { openListener } from './live/listener.ts'
import { log } from './log/log.ts'
import { migrationsFolder } from './migrations.ts'
import type { Replica } from './replica.ts'
import { createReplica } from './replica.ts'
import { within } from './within.ts'

/** A delivery has 15 s before Svix counts it as failed; a person has less patience. */
const READY_TIMEOUT_MS = 5_000
const RETRY_MS = 1_000

/** Two batches in flight (`createNewsQueue`), the probe of health, and one for the small things of a delivery. */
const DELIVERY_CONNECTIONS = 4

/** So long health speaks of a connection that fell silent, ms. */
const SILENT_FOR_MS = 10 * 60_000
const MANY = 1_000

export interface AppDatabase {
  /** The pool, whether or not the database is there yet. */
  pool: Database
  /** The same for deliveries: readers, however slow, cannot starve them. */
  deliveries: Database
  /** For public reads; undefined without `DATABASE_READ_URL`. `readPublic` says which of them. */
  replica: Replica | undefined
  /** Migrates, and tries again every second while the database is not there yet. @throws when the build carries no migrations, and PooledAddressError */
  prepare(): Promise<void>
  /** The database, migrated. Nitro does not wait for plugins, so requests wait here. @throws DatabaseNotReadyError after 5 s */
  ready(): Promise<Database>
  /** Hears every change, on a connection of its own. @throws DatabaseNotReadyError, and what the driver throws */
  listen(events: ListenerEvents): Promise<Listener>
  wires(): Wires
  /** Closes every connection. @param seconds how long statements in flight may go on */
  close(seconds: number): Promise<void>
}

/** @param url `DATABASE_URL` @param directUrl `DATABASE_DIRECT_URL` @param readUrl `DATABASE_READ_URL` */
export function createAppDatabase(url: string, directUrl?: string, readUrl?: string): AppDatabase {
  let silentAt: number[] = []
  const onSilent = () => void (silentAt = [...silentAt.slice(1 - MANY), Date.now()])
  const pool = openDatabase(url, { directUrl, onSilent })
  const deliveries = openDatabase(url, { directUrl, max: DELIVERY_CONNECTIONS, onSilent })
  let listener: Listener | undefined
  let prepared: Promise<void> | undefined

  async function migrate() {
    const folder = migrationsFolder()
    for (let attempt = 1; ; attempt++) {
      try {
        const { changed, refused } = await migrateDatabase(directUrl ?? url, folder)
        if (refused.length > 0) log.warn(`The role of DATABASE_URL may not set its own timeouts (${refused.join(', ')}), so Postgres sets no bound to what hangs. docs/production.md says how to set them.`)
        // What was opened before has none of the settings.
        if (changed) for (const one of [pool, deliveries]) one.renew()
        await ensureSyncState(pool)
        return
      }
      catch (error) {
        if (error instanceof PooledAddressError) throw error
        if (attempt % 10 === 1) log.warn({ code: codeOf(error) }, 'The database is not ready. Trying again every second.')
        await sleep(RETRY_MS)
      }
    }
  }

  const prepare = () => prepared ??= migrate()
  const ready = () => within(READY_TIMEOUT_MS, prepare(), 'The database is not ready.')
  const replica = readUrl === undefined ? undefined : createReplica(readUrl, () => ready().then(() => pool), state => log.warn(`replica ${state}`))
  return {
    pool,
    deliveries,
    replica,
    prepare,
    async ready() {
      await ready()
      return pool
    },
    async listen(events) {
      await ready()
      return listener = await openListener(pool, events)
    },
    wires() {
      silentAt = silentAt.filter(at => Date.now() - at < SILENT_FOR_MS)
      const last = silentAt.at(-1)
      return { silent: { count: silentAt.length, lastAt: last === undefined ? null : new Date(last).toISOString() }, deaf: listener?.isDeaf() ?? false, replica: replica?.state() ?? null }
    },
    async close(seconds) {
      await Promise.all([listener?.close(), replica?.close(seconds), ...[pool, deliveries].map(one => closeDatabase(one, seconds))])
    },
  }
}
