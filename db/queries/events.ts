import type { EventsQuery } from '#shared/schemas/admin.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminEvent } from '#shared/types/admin.ts'
import type { EventReason, Outcome, ReasonDetails, ReasonFor } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'

/**
 * Notes that an event could not be applied by our own fault; Svix will send it again.
 * Written late, it may come after a retry that succeeded: what was judged stays so, and only the count of deliveries grows.
 */
export async function recordFailedEvent(db: Database, event: { id: string, type: string | null, userId: string | null, reason: ReasonFor<'failed'>, details: ReasonDetails | null, durationMs: number }): Promise<void> {
  await db.$client`
    insert into webhook_events as e (id, type, user_id, first_received_at, last_received_at, outcome, reason, details, duration_ms)
    values (${event.id}, ${event.type}, ${event.userId}, now(), now(), 'failed', ${event.reason}, ${JSON.stringify(event.details)}::text::jsonb, ${event.durationMs})
    on conflict (id) do update set
      last_received_at = now(),
      deliveries = e.deliveries + 1,
      reason = case when e.outcome = 'failed' then excluded.reason else e.reason end,
      details = case when e.outcome = 'failed' then excluded.details else e.details end,
      duration_ms = excluded.duration_ms
  `
}

interface EventRow {
  id: string
  type: string | null
  user_id: string | null
  user_name: string | null
  occurred_at: string | null
  first_received_at: string
  last_received_at: string
  applied_at: string | null
  deliveries: number
  outcome: Outcome
  reason: EventReason | null
  details: ReasonDetails | null
  duration_ms: number | null
}

const iso = (text: string | null) => text === null ? null : new Date(text).toISOString()
const time = (text: string) => new Date(text).toISOString()

function toAdminEvent(row: EventRow): AdminEvent {
  const { id, type, outcome, reason } = row
  const [occurredAt, appliedAt] = [iso(row.occurred_at), iso(row.applied_at)]
  return {
    id,
    type,
    userId: row.user_id,
    userName: row.user_name,
    occurredAt,
    firstReceivedAt: time(row.first_received_at),
    lastReceivedAt: time(row.last_received_at),
    appliedAt,
    deliveries: row.deliveries,
    outcome,
    reason,
    details: row.details,
    durationMs: row.duration_ms,
    lagMs: occurredAt && appliedAt ? Math.max(0, Date.parse(appliedAt) - Date.parse(occurredAt)) : null,
  }
}

/**
 * The event log, newest first, paged by keyset. Each filter is a prefix of an index in this order, so that no page
 * walks past rows that it does not show: a type alone is looked up once for each outcome.
 */
export async function listEvents(db: Database, query: EventsQuery): Promise<{ events: AdminEvent[], next: Position | null }> {
  const rows = await db.$client<EventRow[]>`${selectEvents(db.$client, query)}`
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  return {
    events: rows.slice(0, query.limit).map(toAdminEvent),
    next: last ? { key: time(last.last_received_at), id: last.id } : null,
  }
}

/** The plan of `listEvents`, for the test that looks for the index. */
export async function explainListEvents(db: Database, query: EventsQuery): Promise<string> {
  const rows = await db.$client<Record<string, string>[]>`explain ${selectEvents(db.$client, query)}`
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

function selectEvents(sql: Database['$client'], { type, outcome, user, since, until, cursor, limit }: EventsQuery) {
  const matching = sql`
    ${type === undefined ? sql`` : sql`and e.type = ${type}`}
    ${outcome === undefined ? sql`` : sql`and e.outcome = ${outcome}`}
    ${user === undefined ? sql`` : sql`and e.user_id = ${user}`}
    ${since === undefined ? sql`` : sql`and e.last_received_at >= ${since}::timestamptz`}
    ${until === undefined ? sql`` : sql`and e.last_received_at < ${until}::timestamptz`}
    ${cursor === undefined ? sql`` : sql`and (e.last_received_at, e.id) < (${cursor.key}::timestamptz, ${cursor.id})`}
    order by e.last_received_at desc, e.id desc limit ${limit + 1}
  `
  // Of the index alone until the page is known: what has to be fetched makes Postgres prefer to walk by time.
  const page = type !== undefined && outcome === undefined && user === undefined
    ? sql`
        select f.* from (values ('applied'), ('stale'), ('ignored'), ('rejected'), ('failed')) o (outcome)
        cross join lateral (select e.id, e.last_received_at from webhook_events e where e.outcome = o.outcome ${matching}) f
        order by f.last_received_at desc, f.id desc limit ${limit + 1}
      `
    : sql`select e.id, e.last_received_at from webhook_events e where true ${matching}`
  return sql`
    select e.*, u.name as user_name
    from (${page}) p join webhook_events e on e.id = p.id left join users u on u.id = e.user_id
    order by p.last_received_at desc, p.id desc
  `
}

/** Events received after this moment, newest first. @param after ISO 8601 */
export async function findEventsAfter(db: Database, after: string, limit: number): Promise<AdminEvent[]> {
  const rows = await db.$client<EventRow[]>`
    select e.*, u.name as user_name
    from webhook_events e left join users u on u.id = e.user_id
    where e.last_received_at > ${after}::timestamptz
    order by e.last_received_at desc, e.id desc
    limit ${limit}
  `
  return rows.map(toAdminEvent)
}
