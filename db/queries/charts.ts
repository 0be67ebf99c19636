import type postgres from 'postgres'
import type { ChartHour } from '#shared/types/admin.ts'
import type { Database } from '../client.ts'

type Sql = Database['$client']

/**
 * What is counted of the hours between two bounds, one row for each hour, the empty ones too.
 * An event counts in the hour in which it was last received, the lag in the hour in which it was first applied.
 */
const countHours = (sql: Sql, hours: postgres.Fragment) => sql`
  select
    h.hour,
    count(*) filter (where e.outcome = 'applied')::int as applied,
    count(*) filter (where e.outcome = 'stale')::int as stale,
    count(*) filter (where e.outcome = 'ignored')::int as ignored,
    count(*) filter (where e.outcome = 'rejected')::int as rejected,
    count(*) filter (where e.outcome = 'failed')::int as failed,
    percentile_cont(0.5) within group (order by e.lag) as lag_median,
    percentile_cont(0.95) within group (order by e.lag) as lag_high
  from (${hours}) h
  left join lateral (
    select e.outcome, case when e.applied_at >= h.hour then greatest(0, extract(epoch from e.applied_at - e.occurred_at)::float8 * 1000) end as lag
    from webhook_events e
    where e.last_received_at >= h.hour and e.last_received_at < h.hour + interval '1 hour'
  ) e on true
  group by h.hour
`

/**
 * Rolls up the hours that are over and not rolled up yet, so that the charts never read a million events.
 * A later redelivery moves its event into the hour in which it came: that hour counts it too, and the one that is
 * closed keeps what it had. So the sum of the hours is what was delivered, and may be more than there are events.
 * @param back hours to look back
 */
export async function rollUpHours(db: Database, back: number): Promise<void> {
  const sql = db.$client
  // A statement that began in the last hour may still commit: a minute is longer than any takes.
  const missing = sql`
    select g.hour
    from generate_series(date_trunc('hour', now(), 'UTC') - make_interval(hours => ${back}), date_trunc('hour', now() - interval '1 minute', 'UTC') - interval '1 hour', interval '1 hour') as g (hour)
    where not exists (select from event_hours x where x.hour = g.hour)
  `
  await sql`
    insert into event_hours (hour, applied, stale, ignored, rejected, failed, lag_median, lag_high)
    ${countHours(sql, missing)}
    on conflict (hour) do nothing
  `
}

interface HourRow {
  hour: string
  applied: number
  stale: number
  ignored: number
  rejected: number
  failed: number
  lag_median: number | null
  lag_high: number | null
  refused: number
}

/** This many hours up to now, oldest first: the closed ones from their table, the last ones from the log. */
export async function listHours(db: Database, back: number): Promise<ChartHour[]> {
  const sql = db.$client
  const open = sql`
    select g.hour
    from generate_series(date_trunc('hour', now() - interval '1 minute', 'UTC'), now(), interval '1 hour') as g (hour)
    where not exists (select from event_hours x where x.hour = g.hour)
  `
  const rows = await sql<HourRow[]>`
    select h.*, coalesce((select sum(r.count) from refusals r where r.hour = h.hour), 0)::int as refused
    from (
      select hour, applied, stale, ignored, rejected, failed, lag_median, lag_high from event_hours
      where hour > now() - make_interval(hours => ${back})
      union all
      ${countHours(sql, open)}
    ) h
    order by h.hour
  `
  return rows.map(({ hour, refused, lag_median: p50, lag_high: p95, ...outcomes }) => ({
    hour: new Date(hour).toISOString(),
    outcomes: { applied: outcomes.applied, stale: outcomes.stale, ignored: outcomes.ignored, rejected: outcomes.rejected, failed: outcomes.failed },
    refused,
    lag: p50 === null || p95 === null ? null : { p50, p95 },
  }))
}
