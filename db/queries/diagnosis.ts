import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { getTableName, like, sql } from 'drizzle-orm'
import type { Database } from '../client.ts'
import { closeDatabase } from '../client.ts'
import { eventHours, likes, mentions, posts, profiles, rateLimits, refusals, syncRuns, syncState, users, webhookEvents } from '../schema.ts'
import { findSettingsOff } from '../settings.ts'

// The builder cannot select without a table of ours, and most of this is asked before there is one.

/** What Postgres says of itself and of this session, before there is any table; its clock in ms since 1970. */
export async function findServer(db: Database) {
  const [row] = await db.execute<{ version: string, major: number, encoding: string, isReadOnly: boolean, isStandby: boolean, nowMs: number }>(sql`
    select split_part(current_setting('server_version'), ' ', 1) as version, current_setting('server_version_num')::int / 10000 as major,
      current_setting('server_encoding') as encoding, current_setting('transaction_read_only') = 'on' as "isReadOnly",
      pg_is_in_recovery() as "isStandby", extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs"
  `)
  if (!row) throw new Error('Postgres says nothing of itself.')
  return row
}

/** Ours, whether or not they are there yet. */
const ours = [users, profiles, posts, likes, mentions, webhookEvents, refusals, eventHours, rateLimits, syncRuns, syncState].map(table => getTableName(table))

/** What the role of this session may do. */
export async function findRights(db: Database) {
  const all = sql.join(['select', 'insert', 'update', 'delete'].map(right => sql`has_table_privilege(c.oid, ${right})`), sql` and `)
  const [row] = await db.execute<{ role: string, mayMigrate: boolean, mayAlter: boolean, refused: string[] }>(sql`
    select current_user as role,
      -- The migrator creates its schema and table if they are not there, which asks for the right to even when they are.
      has_database_privilege(current_database(), 'create')
        and coalesce((select has_schema_privilege(n.oid, 'create') from pg_namespace n where n.nspname = 'drizzle'), true) as "mayMigrate",
      has_schema_privilege('public', 'create') and coalesce(bool_and(pg_has_role(c.relowner, 'usage')), true) as "mayAlter",
      coalesce(array_agg(c.relname::text order by c.relname) filter (where not (${all})), '{}') as refused
    from (select) one left join pg_class c on c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname in ${ours}
  `)
  if (!row) throw new Error('Postgres does not say what this role may do.')
  return row
}

/** The same of the role that migrates, and how many migrations there have been. */
export async function findMigrator(db: Database) {
  const session = db.openSession()
  try {
    const rights = await findRights(session)
    return { ...rights, applied: rights.mayMigrate ? await countMigrations(session) : 0 }
  }
  finally {
    await closeDatabase(session, 1)
  }
}

/** How long a notice may take, ms. */
const HEAR_MS = 2_000

/** Whether a notice that the pool sends is heard by a session of its own, as the live pages need it. */
export async function hearsNotices(db: Database): Promise<boolean> {
  const channel = `rollcall_${randomUUID().replaceAll('-', '')}`
  const heard = Promise.withResolvers<true>()
  const session = db.openSession({ onNotify: name => void (name === channel && heard.resolve(true)) })
  try {
    await session.execute(sql.raw(`listen ${channel}`))
    await db.execute(sql`select pg_notify(${channel}, '')`)
    return await Promise.race([heard.promise, sleep(HEAR_MS, false as const, { ref: false })])
  }
  finally {
    await closeDatabase(session, 1)
  }
}

/** Whether an admin has ever started a run: then the session token carries the role. */
export async function hasAdminRun(db: Database): Promise<boolean> {
  return await db.$count(syncRuns, like(syncRuns.startedBy, 'user\\_%')) > 0
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
