import type { Database } from '../client.ts'

/** Postgres's version, such as `18.4`. */
export async function findServerVersion(db: Database): Promise<string> {
  const [row] = await db.$client<{ version: string }[]>`select split_part(current_setting('server_version'), ' ', 1) as version`
  return row?.version ?? ''
}

/** How many migrations this database has had; 0 for an empty one. */
export async function countMigrations(db: Database): Promise<number> {
  const [table] = await db.$client<{ name: string | null }[]>`select to_regclass('drizzle.__drizzle_migrations')::text as name`
  if (!table?.name) return 0
  const [row] = await db.$client<{ count: number }[]>`select count(*)::int from drizzle.__drizzle_migrations`
  return row?.count ?? 0
}

/** When the mirror last accepted an event of Clerk; null when none has come. */
export async function findLastEventAt(db: Database): Promise<Date | null> {
  const [row] = await db.$client<{ lastEventAt: Date | string | null }[]>`select last_event_at as "lastEventAt" from sync_state`
  return row?.lastEventAt ? new Date(row.lastEventAt) : null
}
