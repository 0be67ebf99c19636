import { sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { syncState } from '../schema.ts'
import { findSettingsOff } from '../settings.ts'

// The builder cannot select without a table of ours, and the first three are asked before there is one.

/** Postgres's version, such as `18.4`. */
export async function findServerVersion(db: Database): Promise<string> {
  const [row] = await db.execute<{ version: string }>(sql`select split_part(current_setting('server_version'), ' ', 1) as version`)
  return row?.version ?? ''
}

/** The process of Postgres that serves this session, by its id. */
export async function findSessionPid(db: Database): Promise<number> {
  const [row] = await db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  return row?.pid ?? Number.NaN
}

/** How many migrations this database has had; 0 for an empty one. */
export async function countMigrations(db: Database): Promise<number> {
  const [table] = await db.execute<{ name: string | null }>(sql`select to_regclass('drizzle.__drizzle_migrations')::text as name`)
  return table?.name ? db.$count(sql`drizzle.__drizzle_migrations`) : 0
}

/** The timeouts of `roleSettings` that set no bound for this role. */
export const findTimeoutsOff = (db: Database): Promise<string[]> => findSettingsOff(db.$client)

/** When the mirror last accepted an event of Clerk, ISO 8601; null when none has come. */
export async function findLastEventAt(db: Database): Promise<string | null> {
  const [row] = await db.select({ at: syncState.lastEventAt }).from(syncState)
  return row?.at ?? null
}
