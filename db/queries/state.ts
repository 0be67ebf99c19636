import type { Database } from '../client.ts'

/** Makes the one row of `sync_state`, if it is not there. */
export async function ensureSyncState(db: Database): Promise<void> {
  await db.$client`insert into sync_state (id) values (1) on conflict do nothing`
}

/** The Clerk instance that this database mirrors; null until Clerk has been asked once. */
export async function findInstanceId(db: Database): Promise<string | null> {
  const [row] = await db.$client<{ id: string | null }[]>`select instance_id as id from sync_state`
  return row?.id ?? null
}

/** Stores the instance on the first success, and never changes it. @returns the one that holds */
export async function claimInstance(db: Database, instanceId: string): Promise<string> {
  await db.$client`update sync_state set instance_id = ${instanceId} where instance_id is null`
  return await findInstanceId(db) ?? instanceId
}

/** Postgres's own clock, ISO 8601: the one by which reads of Clerk are ordered. */
export async function databaseNow(db: Database): Promise<string> {
  const [row] = await db.$client<{ now: string }[]>`
    select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now
  `
  if (!row) throw new Error('Postgres did not say what time it is.')
  return row.now
}
