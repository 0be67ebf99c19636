import type { WebhookEvent } from '@clerk/backend'
import { currentVisitor } from '../http/visitor.ts'

/** Something that happened, before it is wrapped in Clerk's envelope. */
export interface ClerkEvent {
  type: WebhookEvent['type']
  userId: string | null
  data: Record<string, unknown>
  /** milliseconds; for a user's change it equals `data.updated_at` */
  timestamp: number
}

export type EmitEvent = (event: ClerkEvent) => void

/** The webhook's body as Clerk sends it (clerk-docs, `webhooks/overview.mdx`). */
export function envelope(event: ClerkEvent, instanceId: string): string {
  const { ip, userAgent } = currentVisitor()
  return JSON.stringify({
    object: 'event',
    type: event.type,
    data: event.data,
    timestamp: event.timestamp,
    instance_id: instanceId,
    event_attributes: { http_request: { client_ip: ip, user_agent: userAgent } } satisfies WebhookEvent['event_attributes'],
  })
}
