import { sql } from 'drizzle-orm'
import type { Database } from '../client.ts'

// The builder cannot select without a table of ours.

export interface LogPosition {
  /** Bytes of the write-ahead log since the cluster was made. A standby's: those it has replayed. */
  position: bigint
  /** Which cluster and database of it; equal on a primary and its standbys. */
  place: string
  isStandby: boolean
}

/**
 * How far the log is: everything that was committed before is before this position. On a standby, what can be read there.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 */
export async function findLogPosition(db: Database): Promise<LogPosition> {
  const [row] = await db.execute<{ position: string | null, place: string, isStandby: boolean }>(sql`
    select pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end, '0/0')::text as position,
      system_identifier || '/' || current_database() as place, pg_is_in_recovery() as "isStandby"
    from pg_control_system()
  `)
  return { position: BigInt(row?.position ?? 0), place: row?.place ?? '', isStandby: row?.isStandby ?? false }
}
