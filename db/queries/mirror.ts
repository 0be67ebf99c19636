import { getTableColumns, sql } from 'drizzle-orm'
import { CasingCache } from 'drizzle-orm/casing'
import type postgres from 'postgres'
import type { EventReason, Outcome, ReasonDetails, SyncSource } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { transaction } from '../client.ts'
import { comparedFields, mirroredFields } from '#shared/types/mirrored.ts'
import type { MirroredField } from '#shared/types/mirrored.ts'
import { users } from '../schema.ts'
import { CHANGES_CHANNEL } from './channel.ts'

/**
 * The one statement that writes `users`. It is SQL by hand, because no query builder can write an upsert with a rule in its
 * `WHERE`, the event's log row and the NOTIFY in one statement.
 */

type Sql = postgres.Sql | postgres.TransactionSql

/** Seconds for which a list of Clerk may still show the old state of a row that was just synced. */
export const LAG_SECONDS = 10

/** Notifications that are deleted with their user in the delivery itself: some 50 ms. */
const NOTIFICATIONS_AT_ONCE = 10_000

/** When more users than this change at once, pages are told "many" instead of ids: else an import would make each open page ask for each user. */
const MANY = 200

/** The columns of one piece of news in the statement, beside the mirrored fields. Times are ISO 8601. */
const newsColumns = {
  event_id: 'text',
  event_type: 'text',
  event_user_id: 'text',
  occurred_at: 'timestamptz',
  fixed_outcome: 'text',
  reason: 'text',
  details: 'jsonb',
  elapsed_ms: 'float8',
  user_id: 'text',
  clerk_updated_at: 'timestamptz',
  clerk_event_at: 'timestamptz',
  deleted_at: 'timestamptz',
  source: 'text',
  read_kind: 'text',
  read_began_at: 'timestamptz',
} as const

export interface MirrorRow extends Partial<Record<MirroredField, string | boolean | null>> {
  event_id: string | null
  event_type: string | null
  event_user_id: string | null
  occurred_at: string | null
  /** Set when no user is to be written. */
  fixed_outcome: Outcome | null
  reason: EventReason | null
  details: ReasonDetails | null
  /** From the delivery's arrival to the statement, ms. */
  elapsed_ms: number | null
  user_id: string | null
  clerk_updated_at: string | null
  clerk_event_at: string | null
  deleted_at: string | null
  source: SyncSource | null
  read_kind: 'list' | 'id' | 'asked' | null
  /** When a read of Clerk began, by Postgres's clock. */
  read_began_at: string | null
}

export const blankRow = {
  event_id: null, event_type: null, event_user_id: null, occurred_at: null, fixed_outcome: null, reason: null, details: null, elapsed_ms: null,
  user_id: null, banned: false, clerk_updated_at: null, clerk_event_at: null, deleted_at: null, source: null, read_kind: null, read_began_at: null,
} satisfies MirrorRow & Record<keyof typeof newsColumns, unknown>

const casing = new CasingCache('snake_case')
const table = getTableColumns(users)
const nameOf = (field: MirroredField) => casing.getColumnCasing(table[field])

/** The mirrored columns of one alias, such as `u.username, u.first_name, …`. */
const columns = (alias: string, fields: readonly MirroredField[] = mirroredFields) => fields.map(field => `${alias}.${nameOf(field)}`).join(', ')
const names = mirroredFields.map(nameOf).join(', ')
const assignments = mirroredFields.map(field => `${nameOf(field)} = excluded.${nameOf(field)}`).join(', ')
/** The JSON names a mirrored field by its key in the schema; `newsNames` renames it to its column. */
const newsTypes = [...Object.entries(newsColumns).map(([name, type]) => `${name} ${type}`), ...mirroredFields.map(field => `"${field}" ${table[field].getSQLType()}`)].join(', ')
const newsNames = [...Object.keys(newsColumns), names].join(', ')

const differs = (fields: readonly MirroredField[]) => `row(${columns('excluded', fields)}) is distinct from row(${columns('u', fields)})`

/** A tombstone of a signed delete has `synced_by = 'webhook'`; an inferred one has another source. */
const isSignedDelete = `excluded.deleted_at is not null and excluded.synced_by = 'webhook'`
const isInferredDelete = `excluded.deleted_at is not null`
const isTombstone = `u.deleted_at is not null`
const hasNoVersion = `u.clerk_updated_at is null`
const isSignedNews = `excluded.synced_by = 'webhook'`
const readKind = `(select n.read_kind from news n where n.user_id = u.id)`
/** The read began long enough after the row was synced that Clerk's lists show it. */
const isSettled = `excluded.synced_at >= u.synced_at + interval '${LAG_SECONDS} seconds'`

/** A signed delete always applies. On a tombstone of another signed delete it changes only the time, to the earlier one. */
const signedDeleteApplies = `u.deleted_at is null or u.synced_by <> 'webhook' or excluded.deleted_at < u.deleted_at`
/** An inferred delete applies to rows that were synced before the scan began: later news knows more. */
const inferredDeleteApplies = `u.deleted_at is null and u.synced_at < excluded.synced_at`
/**
 * Nothing lifts a signed tombstone. An inferred one is lifted by a later read of that one user, and by a signed event
 * that is later than Clerk's 404; the 404 is dated in whole seconds, so an event within that second does not count.
 */
const liftsTombstone = `u.synced_by <> 'webhook' and case
    when ${isSignedNews} then excluded.clerk_event_at >= u.deleted_at + interval '1 second'
    else excluded.synced_at > u.synced_at and ${readKind} in ('id', 'asked')
  end`
/** Clerk's own clock decides: at or after the stored version, and not the very same news again. */
const signedNewsApplies = `
  (excluded.clerk_updated_at, excluded.clerk_event_at) >= (u.clerk_updated_at, coalesce(u.clerk_event_at, '-infinity'))
  and ((excluded.clerk_updated_at, excluded.clerk_event_at) is distinct from (u.clerk_updated_at, u.clerk_event_at) or ${differs(mirroredFields)})`
/**
 * A read applies when it is newer. At the same version it applies when it says something else and began after the row
 * was synced. A row that is ahead of Clerk is wrong: a read of that one user wins over it. Clerk's replicas may lag, so
 * a list, and a row that is ahead, wait for 10 s after the row was synced; an admin who asks for the read does not.
 */
const readApplies = `case
    when excluded.clerk_updated_at > u.clerk_updated_at then true
    when excluded.synced_at <= u.synced_at then false
    when excluded.clerk_updated_at = u.clerk_updated_at then ${differs(comparedFields)} and (${readKind} <> 'list' or ${isSettled})
    else ${readKind} = 'asked' or (${readKind} = 'id' and ${isSettled})
  end`

/** The version rule: docs/architecture.md. The first arm that fits decides. */
const rule = `case
  when ${isSignedDelete} then ${signedDeleteApplies}
  when ${isInferredDelete} then ${inferredDeleteApplies}
  when ${isTombstone} then ${liftsTombstone}
  when ${hasNoVersion} then true
  when ${isSignedNews} then ${signedNewsApplies}
  else ${readApplies}
end`

/** What anyone can see of a user: only a change of it is notified. */
const visible = (alias: string) => `row(
  display_name(${alias}.first_name, ${alias}.last_name, ${alias}.username),
  ${alias}.username,
  ${alias}.image_url,
  ${alias}.banned,
  ${alias}.deleted_at is null,
  ${alias}.clerk_updated_at is null,
  ${alias}.clerk_created_at
)`

const news = `
  select n.*
  from rows from (jsonb_to_recordset($1::text::jsonb) as (${newsTypes})) with ordinality as n (${newsNames}, ord)`

const written = `
  insert into users as u (id, ${names}, clerk_updated_at, clerk_event_at, deleted_at, synced_at, synced_by)
  select n.user_id, ${columns('n')}, n.clerk_updated_at, n.clerk_event_at, n.deleted_at, coalesce(n.read_began_at, now()), n.source
  from news n left join old o on o.id = n.user_id
  where n.user_id is not null and n.fixed_outcome is null
  order by n.user_id
  on conflict (id) do update set
    ${assignments},
    clerk_updated_at = excluded.clerk_updated_at,
    clerk_event_at = case
      when excluded.clerk_event_at is null and excluded.clerk_updated_at = u.clerk_updated_at then u.clerk_event_at
      else excluded.clerk_event_at
    end,
    deleted_at = case when u.synced_by = 'webhook' then least(u.deleted_at, excluded.deleted_at) else excluded.deleted_at end,
    username_hash = case when excluded.deleted_at is not null then coalesce(u.username_hash, name_hash(u.username)) end,
    synced_at = greatest(u.synced_at, excluded.synced_at),
    -- A read with equal content carries the version on: Clerk moves it without an event, and that is no repair.
    synced_by = case when not (${isSignedNews}) and u.deleted_at is null and not (${differs(comparedFields)}) then u.synced_by else excluded.synced_by end
  where ${rule}
  returning u.*`

/** An event that wrote nothing is `applied` too when the row already holds its news; else it is `stale`. */
const judged = `
  select n.*, w.id is not null as written, w.id is not null and w.posts_hidden is distinct from (w.banned or w.deleted_at is not null) as unsettled, case
    when n.fixed_outcome is not null then n.fixed_outcome
    when w.id is not null then 'applied'
    when n.deleted_at is not null and n.source = 'webhook' then 'applied'
    when o.deleted_at is null and (n.clerk_updated_at, n.clerk_event_at) >= (o.clerk_updated_at, coalesce(o.clerk_event_at, '-infinity')) then 'applied'
    else 'stale'
  end as outcome, o.deleted_at is not null and n.deleted_at is null as was_deleted
  from news n left join written w on w.id = n.user_id left join old o on o.id = n.user_id`

const logged = `
  insert into webhook_events as e
    (id, type, user_id, occurred_at, first_received_at, last_received_at, applied_at, deliveries, outcome, reason, details, duration_ms)
  select
    j.event_id, j.event_type, j.event_user_id, j.occurred_at, now(), now(),
    case when j.outcome = 'applied' then clock_timestamp() end, 1, j.outcome,
    case when j.outcome <> 'stale' then j.reason when j.was_deleted then 'deleted' else 'older' end, j.details,
    j.elapsed_ms + extract(epoch from clock_timestamp() - statement_timestamp()) * 1000
  from judged j
  where j.event_id is not null
  order by j.event_id
  on conflict (id) do update set
    type = excluded.type,
    user_id = excluded.user_id,
    occurred_at = excluded.occurred_at,
    last_received_at = excluded.last_received_at,
    applied_at = case when e.outcome = 'applied' then e.applied_at else excluded.applied_at end,
    deliveries = e.deliveries + 1,
    outcome = case when e.outcome = 'applied' then e.outcome else excluded.outcome end,
    reason = case when e.outcome = 'applied' then e.reason else excluded.reason end,
    details = case when e.outcome = 'applied' then e.details else excluded.details end,
    duration_ms = excluded.duration_ms
  returning e.id, e.outcome, e.reason`

/**
 * `old` locks the rows in the order of their ids, so that batches do not deadlock, and shows what was there before. It
 * looks each of them up: a join would read all users by a plan that was made while they were few.
 * `synced_at` of a read is when it began, so that a later read may overtake it and a webhook in between may not.
 * `pg_notify` stands in the main query: in a CTE that nothing refers to it would never run.
 */
const statement = `
  with news as materialized (${news}),
  old as materialized (
    select u.*
    from (select n.user_id from news n order by n.user_id) n
    cross join lateral (select * from users u where u.id = n.user_id for no key update) u
  ),
  written as (${written}),
  judged as (${judged}),
  logged as (${logged}),
  heard as (
    -- At most once a second, so that instances do not queue for this one row.
    update sync_state set last_event_at = now()
    where (last_event_at is null or last_event_at < now() - interval '1 second')
      and exists (select from judged j where j.event_id is not null and j.outcome in ('applied', 'stale'))
  ),
  changed as (
    select w.id, row_number() over (order by w.id) as place, count(*) over () > ${MANY} as many
    from written w left join old o on o.id = w.id
    where o.id is null or ${visible('w')} is distinct from ${visible('o')}
  )
  select j.ord::int as ord, coalesce(l.outcome, j.outcome) as outcome, l.reason, j.written, j.unsettled
  from judged j left join logged l on l.id = j.event_id
  union all
  select null, pg_notify('${CHANGES_CHANNEL}', case
    when bool_or(c.many) then json_build_object('many', true)
    else json_build_object('users', json_agg(c.id))
  end::text)::text, null, null, null
  from changed c group by c.place / 100
  order by ord nulls last`

interface Result {
  outcome: Outcome
  reason: EventReason | null
  written: boolean
  /** Whether the user's posts are yet to be hidden, or to be shown again. */
  unsettled: boolean
}

/** @returns one result for each row, in their order. @throws Postgres's 21000 when a user or an event is there twice */
async function writeNews(sql: Sql, rows: MirrorRow[]): Promise<Result[]> {
  const found = await sql.unsafe<(Result & { ord: number | null })[]>(statement, [JSON.stringify(rows)], { prepare: true })
  return found.flatMap(({ ord, ...result }) => ord === null ? [] : [result])
}

/**
 * Writes news by the version rule, with the event log and the NOTIFY, so that no two instances can race.
 * After a signed delete, further statements of the same transaction delete what only the user saw or wrote of themselves: the
 * profile, mutes, blocks, notes of reports and notifications, 10,000 of these at most, what is left at the erasure. They come
 * second because whoever writes one holds a lock on the user: the first statement waits for that, and the others see what is new.
 * @param rows at most one for each user and one for each event
 */
export async function applyToMirror(db: Database, rows: MirrorRow[]): Promise<Result[]> {
  const erased = rows.flatMap(row => row.deleted_at && row.source === 'webhook' && row.user_id ? [row.user_id] : [])
  if (erased.length === 0) return writeNews(db.$client, rows)
  return transaction(db, async (sql) => {
    const results = await writeNews(sql, rows)
    await sql`delete from profiles where user_id = any(${erased})`
    await sql`delete from restrictions where user_id = any(${erased})`
    await sql`update reports set note = null where reporter_id = any(${erased}) and note is not null`
    await sql`delete from notification_marks where user_id = any(${erased})`
    await sql`delete from notifications where (post_id, user_id) in (select post_id, user_id from notifications where user_id = any(${erased}) limit ${NOTIFICATIONS_AT_ONCE})`
    return results
  })
}

/** A row with the id alone, for someone who writes while Clerk is out of reach; the next news fills it. */
export async function insertPendingUser(db: Database, id: string): Promise<void> {
  await db.insert(users).values({ id, syncedAt: sql`now()`, syncedBy: 'request' }).onConflictDoNothing()
}
