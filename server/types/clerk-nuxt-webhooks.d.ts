// See clerk-nuxt-server.d.ts.
import type { WebhookEvent } from '@clerk/backend'
import type { VerifyWebhookOptions } from '@clerk/backend/webhooks'
import type { H3Event } from 'h3'

export function verifyWebhook(event: H3Event, options?: VerifyWebhookOptions): Promise<WebhookEvent>
