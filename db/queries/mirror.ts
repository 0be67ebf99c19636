import type postgres from 'postgres'
import type { Outcome, SyncSource } from '#shared/types/admin.ts'
import type { Database } from '../client.ts'
import { CHANGES_CHANNEL } from './channel.ts'

type Sql = postgres.Sql | postgres.TransactionSql

/** More changed users than this at once are told as "many": an import would make every open page ask for each. */
const MANY = 200

/** One piece of news as the statement takes it. Times are ISO 8601. */
export interface MirrorRow {
  event_id: string | null
  event_type: string | null
  event_user_id: string | null
  occurred_at: string | null
  /** Set when no user is to be written. */
  fixed_outcome: Outcome | null
  reason: string | null
  elapsed_ms: number | null

  user_id: string | null
  username: string | null
  first_name: string | null
  last_name: string | null
  image_url: string | null
  email: string | null
  banned: boolean
  clerk_created_at: string | null
  clerk_updated_at: string | null
  clerk_event_at: string | null
  last_sign_in_at: string | null
  deleted_at: string | null
  source: SyncSource | null
  by_id: boolean
  /** When a read of Clerk began, by Postgres's clock. */
  read_began_at: string | null
}

/**
 * The version rule, in one statement with the event log and the NOTIFY, so that no two instances can race.
 *
 * - `old` locks the rows in the order of their ids, so that batches do not deadlock, and shows what was there before.
 * - `written` is the rule. A tombstone that a signed delete made has `synced_by = 'webhook'`; one that a scan inferred, 'scan'.
 * - `synced_at` of a read is when it began, so that a later read may overtake it and a webhook in between may not.
 * - `pg_notify` stands in the main query: in a CTE that nothing refers to it would never run.
 *
 * @param rows at most one for each user and one for each event, else Postgres raises 21000
 * @returns one result for each row, in their order
 */
async function writeNews(sql: Sql, rows: MirrorRow[]): Promise<{ outcome: Outcome, written: boolean }[]> {
  const found = await sql<{ ord: number | null, outcome: Outcome | null, written: boolean | null }[]>`
    with news as materialized (
      select n.* from rows from (
        jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as (
          event_id text, event_type text, event_user_id text, occurred_at timestamptz,
          fixed_outcome text, reason text, elapsed_ms float8,
          user_id text, username text, first_name text, last_name text, image_url text, email text, banned boolean,
          clerk_created_at timestamptz, clerk_updated_at timestamptz, clerk_event_at timestamptz,
          last_sign_in_at timestamptz, deleted_at timestamptz, source text, by_id boolean, read_began_at timestamptz
        )
      ) with ordinality as n (
        event_id, event_type, event_user_id, occurred_at, fixed_outcome, reason, elapsed_ms,
        user_id, username, first_name, last_name, image_url, email, banned,
        clerk_created_at, clerk_updated_at, clerk_event_at,
        last_sign_in_at, deleted_at, source, by_id, read_began_at, ord
      )
    ),
    old as materialized (
      select u.* from users u
      where u.id in (select n.user_id from news n)
      order by u.id
      for no key update
    ),
    written as (
      insert into users as u (
        id, username, first_name, last_name, image_url, email, banned,
        clerk_created_at, clerk_updated_at, clerk_event_at, last_sign_in_at, deleted_at, synced_at, synced_by
      )
      select
        n.user_id, n.username, n.first_name, n.last_name, n.image_url, n.email, n.banned,
        n.clerk_created_at, n.clerk_updated_at, n.clerk_event_at, n.last_sign_in_at, n.deleted_at,
        coalesce(n.read_began_at, now()), n.source
      from news n left join old o on o.id = n.user_id
      where n.user_id is not null and n.fixed_outcome is null
      order by n.user_id
      on conflict (id) do update set
        username = excluded.username,
        first_name = excluded.first_name,
        last_name = excluded.last_name,
        image_url = excluded.image_url,
        email = excluded.email,
        banned = excluded.banned,
        clerk_created_at = excluded.clerk_created_at,
        clerk_updated_at = excluded.clerk_updated_at,
        clerk_event_at = case
          when excluded.clerk_event_at is null and excluded.clerk_updated_at = u.clerk_updated_at then u.clerk_event_at
          else excluded.clerk_event_at
        end,
        last_sign_in_at = excluded.last_sign_in_at,
        deleted_at = case
          when u.synced_by = 'webhook' then least(u.deleted_at, excluded.deleted_at)
          else excluded.deleted_at
        end,
        synced_at = greatest(u.synced_at, excluded.synced_at),
        synced_by = excluded.synced_by
      where case
        when excluded.deleted_at is not null and excluded.synced_by = 'webhook' then
          u.deleted_at is null or u.synced_by <> 'webhook' or excluded.deleted_at < u.deleted_at
        when excluded.deleted_at is not null then
          u.deleted_at is null and u.synced_at < excluded.synced_at
        when u.deleted_at is not null then
          u.synced_by <> 'webhook' and excluded.synced_at > u.synced_at
          and (select n.by_id from news n where n.user_id = u.id)
        when u.clerk_updated_at is null then
          true
        when excluded.synced_by = 'webhook' then
          (excluded.clerk_updated_at, excluded.clerk_event_at) >= (u.clerk_updated_at, coalesce(u.clerk_event_at, '-infinity'))
          and row(excluded.clerk_updated_at, excluded.clerk_event_at, excluded.username, excluded.first_name, excluded.last_name,
                  excluded.image_url, excluded.email, excluded.banned, excluded.clerk_created_at, excluded.last_sign_in_at)
            is distinct from
              row(u.clerk_updated_at, u.clerk_event_at, u.username, u.first_name, u.last_name,
                  u.image_url, u.email, u.banned, u.clerk_created_at, u.last_sign_in_at)
        else
          excluded.clerk_updated_at > u.clerk_updated_at
          or (
            excluded.clerk_updated_at = u.clerk_updated_at
            and excluded.synced_at > u.synced_at
            and row(excluded.username, excluded.first_name, excluded.last_name, excluded.image_url, excluded.email,
                    excluded.banned, excluded.clerk_created_at)
              is distinct from
                row(u.username, u.first_name, u.last_name, u.image_url, u.email, u.banned, u.clerk_created_at)
          )
      end
      returning u.id, u.name, u.username, u.image_url, u.banned, u.deleted_at, u.clerk_updated_at
    ),
    judged as (
      select n.*, w.id is not null as written, case
        when n.fixed_outcome is not null then n.fixed_outcome
        when w.id is not null then 'applied'
        when n.deleted_at is not null and n.source = 'webhook' then 'applied'
        when o.deleted_at is null and (n.clerk_updated_at, n.clerk_event_at) >= (o.clerk_updated_at, coalesce(o.clerk_event_at, '-infinity')) then 'applied'
        else 'stale'
      end as outcome, case
        when n.fixed_outcome is not null or w.id is not null then n.reason
        when o.deleted_at is not null and n.deleted_at is null then 'the user was deleted'
      end as why
      from news n left join written w on w.id = n.user_id left join old o on o.id = n.user_id
    ),
    logged as (
      insert into webhook_events as e
        (id, type, user_id, occurred_at, first_received_at, last_received_at, applied_at, deliveries, outcome, reason, duration_ms)
      select
        j.event_id, j.event_type, j.event_user_id, j.occurred_at, now(), now(),
        case when j.outcome = 'applied' then clock_timestamp() end, 1, j.outcome,
        case when j.outcome = 'stale' then coalesce(j.why, 'older than what is stored') else j.why end,
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
        duration_ms = excluded.duration_ms
      returning e.id, e.outcome
    ),
    heard as (
      -- At most once a second, so that this one row is not where all instances queue.
      update sync_state set last_event_at = now()
      where (last_event_at is null or last_event_at < now() - interval '1 second')
        and exists (select from judged j where j.event_id is not null and j.outcome in ('applied', 'stale'))
    ),
    changed as (
      select w.id, row_number() over (order by w.id) as place, count(*) over () > ${MANY} as many
      from written w left join old o on o.id = w.id
      where o.id is null
        or row(w.name, w.username, w.image_url, w.banned, w.deleted_at is null, w.clerk_updated_at is null)
          is distinct from row(o.name, o.username, o.image_url, o.banned, o.deleted_at is null, o.clerk_updated_at is null)
    )
    select j.ord::int as ord, coalesce(l.outcome, j.outcome) as outcome, j.written
    from judged j left join logged l on l.id = j.event_id
    union all
    select null, pg_notify(${CHANGES_CHANNEL}, case
      when bool_or(c.many) then json_build_object('many', true)
      else json_build_object('users', json_agg(c.id))
    end::text)::text, null
    from changed c group by c.place / 100
    order by ord nulls last
  `
  return found.flatMap(row => row.ord !== null && row.outcome ? [{ outcome: row.outcome, written: row.written === true }] : [])
}

/**
 * Writes news by the version rule. Where a signed delete is among it, the profiles go in the same transaction,
 * in a statement after it: a profile being written meanwhile holds a lock on the user, so it is seen by then.
 */
export async function applyToMirror(db: Database, rows: MirrorRow[]) {
  const erased = rows.flatMap(row => row.deleted_at && row.source === 'webhook' && row.user_id ? [row.user_id] : [])
  if (erased.length === 0) return writeNews(db.$client, rows)
  return db.$client.begin(async (sql) => {
    const results = await writeNews(sql, rows)
    await sql`delete from profiles where user_id in ${sql(erased)}`
    return results
  })
}

/** A row with the id alone, for someone who writes while Clerk is out of reach; the next news fills it. */
export async function insertPendingUser(db: Database, id: string): Promise<void> {
  await db.$client`
    insert into users (id, synced_at, synced_by) values (${id}, now(), 'request')
    on conflict (id) do nothing
  `
}
