import type { Database } from '#db/client.ts'
import { closeDatabase } from '#db/client.ts'

/** A statement may take so long, ms. */
const FILLING_MS = 10 * 60_000

const firstNames = ['Amara', 'Ben', 'Chiara', 'Dariusz', 'Elif', 'Fatou', 'Goran', 'Hana', 'Ingrid', 'João', 'Kofi', 'Leila', 'Mateusz', 'Noor', 'Olga', 'Pavel', 'Quang', 'Rosa', 'Søren', 'Tariq', 'Uma', 'Vikram', 'Wanjiru', 'Ximena', 'Yuki', 'Zofia', 'Marius', 'Ariadne', 'Aria', 'Mária']
const lastNames = ['Abara', 'Brandt', 'Castillo', 'Demir', 'Eriksen', 'Fofana', 'García', 'Haddad', 'Ivanova', 'Jensen', 'Kowalski', 'Lindqvist', 'Mensah', 'Nguyen', 'Okafor', 'Petrov', 'Quispe', 'Rossi', 'Sato', 'Tanaka', 'Usman', 'Varga', 'Weber', 'Ximénez', 'Yilmaz', 'Zhang', 'Person', 'Parker', 'Popescu', 'Pérez']

/**
 * Fills the tables as if they had been used for a while: the first 30 % of users imported by a scan, the others come by
 * webhook, 5 % deleted, 1 % banned, 1 in 5,000 pending; events spread over 30 days, most of them applied.
 * Ids are `user_bench_1` and so on, and `msg_bench_1`.
 */
export async function fillMirror(db: Database, size: { users: number, events: number }): Promise<void> {
  const session = db.openSession({ silentMs: FILLING_MS })
  const sql = session.$client
  await sql`set statement_timeout = 0`
  await sql`
    insert into users (id, username, first_name, last_name, email, banned, clerk_created_at, clerk_updated_at, clerk_event_at, deleted_at, synced_at, synced_by)
    select
      'user_bench_' || i,
      case when whole then lower((${firstNames}::text[])[1 + i * 7 % ${firstNames.length}]) || i end,
      case when whole then (${firstNames}::text[])[1 + i * 7 % ${firstNames.length}] end,
      case when whole then (${lastNames}::text[])[1 + i / 30 % ${lastNames.length}] end,
      case when whole then 'user' || i || '@example.com' end,
      whole and i % 100 = 7,
      case when whole then created end,
      case when whole then created + interval '1 day' end,
      case when whole then created + interval '1 day' end,
      case when i % 20 = 3 then synced end,
      synced,
      case when i % 5000 = 11 then 'request' when i % 20 = 3 then 'webhook' when i <= ${size.users}::int * 0.3 then 'scan' when i % 100 = 50 then 'request' else 'webhook' end
    from (
      select
        i, i % 20 <> 3 and i % 5000 <> 11 as whole,
        now() - interval '2 years' + i * interval '2 years' / ${size.users}::int as created,
        now() - interval '30 days' + (i::bigint * 7919 % ${size.users}::int) * interval '30 days' / ${size.users}::int as synced
      from generate_series(1, ${size.users}::int) as i
    ) n
  `
  await sql`
    insert into webhook_events (id, type, user_id, occurred_at, first_received_at, last_received_at, applied_at, deliveries, outcome, reason, details, duration_ms)
    select
      'msg_bench_' || i,
      case when i % 100 < 70 then 'user.updated' when i % 100 < 85 then 'user.created' when i % 100 < 88 then 'user.deleted' else 'session.created' end,
      'user_bench_' || 1 + i::bigint * 7919 % ${size.users}::int,
      received - interval '300 ms' - (i % 50) * interval '20 ms', received, received,
      case when outcome = 'applied' then received end,
      1, outcome,
      case outcome when 'stale' then 'older' when 'ignored' then 'unused-type' when 'rejected' then 'unusable-user' when 'failed' then 'database-unreachable' end,
      case outcome when 'rejected' then '{"path": "data.updated_at", "expected": "number"}'::jsonb when 'failed' then '{"code": "57P01"}'::jsonb end,
      3 + i % 7
    from (
      select
        i, now() - interval '30 days' + i * interval '30 days' / ${size.events}::int as received,
        case when i % 200 = 1 then 'rejected' when i % 200 = 2 then 'failed' when i % 50 = 3 then 'ignored' when i % 33 = 4 then 'stale' else 'applied' end as outcome
      from generate_series(1, ${size.events}::int) as i
    ) n
  `
  await sql`update sync_state set last_event_at = now()`
  await sql.unsafe('vacuum analyze')
  await closeDatabase(session)
}
