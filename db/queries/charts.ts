import { asc, eq, getTableColumns, gt, sql, sum } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { ChartHour } from '#shared/types/admin.ts'
import type { Database } from '../client.ts'
import { eventHours, refusals } from '../schema.ts'

/**
 * What is counted of these hours, one row for each, the empty ones too, in the columns of `event_hours`. By hand: the
 * builder has neither generated rows nor percentiles.
 * An event counts in the hour in which it was last received, the lag in the hour in which it was first applied.
 * @param hours a query of one column, `hour`
 */
const countHours = (hours: SQL) => sql`
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

/** When the current hour began. In its first minute the last hour is still open, because a statement of that hour may yet commit. */
const openHour = sql`date_trunc('hour', now() - interval '1 minute', 'UTC')`

/** The hours from one to another that are not rolled up yet. */
const missingHours = (from: SQL, to: SQL) => sql`
  select g.hour from generate_series(${from}, ${to}, interval '1 hour') as g (hour)
  where not exists (select from event_hours x where x.hour = g.hour)
`

/**
 * Rolls up the hours that are over and not rolled up yet, so that the charts never read a million events.
 * A later redelivery moves its event into the hour in which it came: that hour counts it too, and the one that is
 * closed keeps what it had. So the sum of the hours is what was delivered, and may be more than there are events.
 * @param back hours to look back
 */
export async function rollUpHours(db: Database, back: number): Promise<void> {
  const missing = missingHours(sql`date_trunc('hour', now(), 'UTC') - make_interval(hours => ${back})`, sql`${openHour} - interval '1 hour'`)
  await db.insert(eventHours).select(countHours(missing)).onConflictDoNothing()
}

/** This many hours up to now, oldest first: the closed ones from their table, the last ones from the log. */
export async function listHours(db: Database, back: number): Promise<ChartHour[]> {
  const closed = db.select().from(eventHours).where(gt(eventHours.hour, sql`now() - make_interval(hours => ${back})`))
  const hours = db.$with('hours', getTableColumns(eventHours)).as(sql`${closed} union all ${countHours(missingHours(openHour, sql`now()`))}`)
  const { hour, applied, stale, ignored, rejected, failed, lagMedian, lagHigh } = hours
  const refused = db.select({ sum: sum(refusals.count) }).from(refusals).where(eq(refusals.hour, hour))
  return db.with(hours)
    .select({
      hour,
      outcomes: { applied, stale, ignored, rejected, failed },
      refused: sql`coalesce(${refused}, 0)`.mapWith(Number),
      lag: sql<ChartHour['lag']>`case when ${lagMedian} is not null then json_build_object('p50', ${lagMedian}, 'p95', ${lagHigh}) end`,
    })
    .from(hours)
    .orderBy(asc(hour))
}
