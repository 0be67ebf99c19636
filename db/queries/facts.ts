import type { AdminEvent } from '#shared/types/admin.ts'
import type { UserStatus } from '#shared/types/user.ts'
import type { Database } from '../client.ts'

export interface StoredFacts {
  /** Postgres's clock. Times are ISO 8601. */
  now: string
  lastEventAt: string | null
  lastVerifiedAt: string | null
  pending: { count: number, since: string | null }
  failed: { count: number, lastAt: string | null }
  rejected: { count: number, lastAt: string | null, last: Pick<AdminEvent, 'type' | 'reason' | 'details'> | null }
}

interface Row {
  now: string
  last_event_at: string | null
  last_verified_at: string | null
  pending: number
  pending_since: string | null
  failed: number
  failed_at: string | null
  rejected: number
  rejected_at: string | null
  rejected_last: Pick<AdminEvent, 'type' | 'reason' | 'details'> | null
}

const iso = (text: string | null) => text === null ? null : new Date(text).toISOString()

/** What the database alone can say of the mirror. Each part reads an index, and of that only the last day. */
export async function findStoredFacts(db: Database): Promise<StoredFacts> {
  const [row] = await db.$client<Row[]>`
    select
      now() as now, s.last_event_at,
      greatest(s.last_event_at, (select max(e.last_received_at) from webhook_events e)) as last_verified_at,
      p.count as pending, p.since as pending_since,
      f.count as failed, f.last_at as failed_at,
      r.count as rejected, r.last_at as rejected_at,
      (select json_build_object('type', e.type, 'reason', e.reason, 'details', e.details) from webhook_events e where e.outcome = 'rejected' order by e.last_received_at desc, e.id desc limit 1) as rejected_last
    from sync_state s,
      (select count(*)::int as count, min(u.synced_at) as since from users u where u.clerk_updated_at is null and u.deleted_at is null) p,
      (select count(*)::int as count, max(e.last_received_at) as last_at from webhook_events e where e.outcome = 'failed' and e.last_received_at > now() - interval '1 day') f,
      (select count(*)::int as count, max(e.last_received_at) as last_at from webhook_events e where e.outcome = 'rejected' and e.last_received_at > now() - interval '1 day') r
  `
  if (!row) throw new Error('The row of sync_state is missing.')
  return {
    now: new Date(row.now).toISOString(),
    lastEventAt: iso(row.last_event_at),
    lastVerifiedAt: iso(row.last_verified_at),
    pending: { count: row.pending, since: iso(row.pending_since) },
    failed: { count: row.failed, lastAt: iso(row.failed_at) },
    rejected: { count: row.rejected, lastAt: iso(row.rejected_at), last: row.rejected > 0 ? row.rejected_last : null },
  }
}

/** All rows by status. The few are counted by their own indexes, and the many are the rest. */
export async function countUsers(db: Database): Promise<Record<UserStatus, number>> {
  const [row] = await db.$client<Record<'all' | 'pending' | 'gone', number>[]>`
    select
      (select count(*)::int from users) as all,
      (select count(*)::int from users where clerk_updated_at is null and deleted_at is null) as pending,
      (select count(*)::int from users where deleted_at is not null) as gone
  `
  const { all, pending, gone } = row ?? { all: 0, pending: 0, gone: 0 }
  return { here: all - pending - gone, pending, gone }
}
