import { verifyWebhook } from '@clerk/nuxt/webhooks'
import type { H3Event } from 'h3'

/**
 * Clerk's own check, once for each secret, while a rotation or a second endpoint needs several.
 * The body has been read before: `verifyWebhook` takes it from there.
 * @throws 400 when no secret fits, or the delivery is older or newer than 5 minutes
 */
export async function requireSignature(event: H3Event, secrets: string[]): Promise<void> {
  for (const signingSecret of secrets) {
    try {
      await verifyWebhook(event, { signingSecret })
      return
    }
    catch {
      // The next secret may fit.
    }
  }
  throw apiError(400, 'This delivery is not signed with our secret, or is more than 5 minutes old. Compare NUXT_CLERK_WEBHOOK_SIGNING_SECRET with the Signing Secret of this endpoint in Clerk\'s dashboard, and check this server\'s clock.')
}
