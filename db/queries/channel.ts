import { sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Database } from '../client.ts'

/** The channel of every change that the public can see. The payload is JSON with ids only, under 8,000 bytes. */
export const CHANGES_CHANNEL = 'rollcall_changes'

/**
 * Tells all instances that a post changed, once the statement commits. It belongs in the main query: Postgres does not
 * run a CTE that only selects and that nothing refers to.
 */
export const notifyOfPost = (id: AnyPgColumn) =>
  sql`pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(${id}))::text)`

/**
 * Hears every change, on a connection of its own that is opened again when it breaks.
 * @param onListen called once it listens, and after every break
 */
export const listenToChanges = (db: Database, onNotice: (payload: string) => void, onListen: () => void) =>
  db.$client.listen(CHANGES_CHANNEL, onNotice, onListen)
