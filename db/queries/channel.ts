import { sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

/** The channel of every change that the public can see. The payload is JSON with ids only, under 8,000 bytes. */
export const CHANGES_CHANNEL = 'rollcall_changes'

/**
 * Tells all instances that a post changed, once the statement commits. It belongs in the main query: Postgres does not
 * run a CTE that only selects and that nothing refers to.
 */
export const notifyOfPost = (id: AnyPgColumn) =>
  sql`pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(${id}))::text)`
