import type { Refusals } from '#shared/types/admin.ts'
import type { RefusalReason } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'

/** Deliveries of one reason that an instance refused since it last said so. Times are ISO 8601. */
export interface RefusalBatch { reason: RefusalReason, count: number, firstAt: string, lastAt: string }

/**
 * Adds to this hour's counts, in one statement. The streak begins anew where a delivery was verified since the last refusal.
 * @param batches one for each reason
 */
export async function addRefusals(db: Database, batches: RefusalBatch[]): Promise<void> {
  await db.$client`
    insert into refusals as r (hour, reason, count, first_at, last_at, streak, streak_at)
    select date_trunc('hour', n."lastAt", 'UTC'), n.reason, n.count, n."firstAt", n."lastAt", n.count, n."firstAt"
    from jsonb_to_recordset(${JSON.stringify(batches)}::text::jsonb) as n (reason text, count int, "firstAt" timestamptz, "lastAt" timestamptz)
    order by n.reason
    on conflict (hour, reason) do update set
      count = r.count + excluded.count,
      first_at = least(r.first_at, excluded.first_at),
      last_at = greatest(r.last_at, excluded.last_at),
      streak = case when r.last_at < (select max(e.last_received_at) from webhook_events e) then excluded.streak else r.streak + excluded.streak end,
      streak_at = case when r.last_at < (select max(e.last_received_at) from webhook_events e) then excluded.streak_at else least(r.streak_at, excluded.streak_at) end
  `
}

/** What was refused in the last 24 hours, and since the last delivery that was verified, by reason. */
export async function findRefusals(db: Database): Promise<Refusals[]> {
  const rows = await db.$client<{ reason: RefusalReason, day: number, streak: number, since: string | null, last_at: string }[]>`
    with verified as materialized (
      select coalesce(greatest((select max(e.last_received_at) from webhook_events e), (select s.last_event_at from sync_state s)), '-infinity') as at
    )
    select
      r.reason,
      coalesce(sum(r.count) filter (where r.last_at > now() - interval '1 day'), 0)::int as day,
      coalesce(sum(r.streak) filter (where r.last_at > v.at), 0)::int as streak,
      min(r.streak_at) filter (where r.last_at > v.at) as since,
      max(r.last_at) as last_at
    from refusals r cross join verified v
    where r.last_at > least(v.at, now() - interval '1 day')
    group by r.reason
    order by r.reason
  `
  return rows.map(({ reason, day, streak, since, last_at: lastAt }) => ({
    reason, day, streak, since: since && new Date(since).toISOString(), lastAt: new Date(lastAt).toISOString(),
  }))
}
