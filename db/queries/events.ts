import type { Database } from '../client.ts'

/**
 * Notes that an event could not be applied by our own fault; Svix will send it again.
 * Written late, it may come after a retry that succeeded: what was judged stays so, and only the count of deliveries grows.
 * @param event.reason in our words, no personal data
 */
export async function recordFailedEvent(db: Database, event: { id: string, type: string | null, userId: string | null, reason: string, durationMs: number }): Promise<void> {
  await db.$client`
    insert into webhook_events as e (id, type, user_id, first_received_at, last_received_at, outcome, reason, duration_ms)
    values (${event.id}, ${event.type}, ${event.userId}, now(), now(), 'failed', ${event.reason}, ${event.durationMs})
    on conflict (id) do update set
      last_received_at = now(),
      deliveries = e.deliveries + 1,
      reason = case when e.outcome = 'failed' then excluded.reason else e.reason end,
      duration_ms = excluded.duration_ms
  `
}
