import { verifyWebhook } from '@clerk/nuxt/webhooks'
import { getHeader } from 'h3'
import type { H3Event } from 'h3'
import type { RefusalReason } from '#shared/types/admin.ts'

const TOLERANCE_MS = 5 * 60_000

/**
 * Clerk's own check, once for each secret, while a rotation or a second endpoint needs several.
 * The body has been read before: `verifyWebhook` takes it from there. What is refused is counted.
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
  const reason = refusalReason(event)
  noteRefusal(reason)
  countRefused(reason)
  throw apiError(400, 'This delivery is not signed with our secret, or is more than 5 minutes old. Compare NUXT_CLERK_WEBHOOK_SIGNING_SECRET with the Signing Secret of this endpoint in Clerk\'s dashboard, and check this server\'s clock.')
}

/** Which of the three it was, for the count alone. */
function refusalReason(event: H3Event): RefusalReason {
  const [id, timestamp, signature] = ['svix-id', 'svix-timestamp', 'svix-signature'].map(name => getHeader(event, name))
  if (!id || !timestamp || !signature) return 'headers'
  return Math.abs(Number(timestamp) * 1000 - Date.now()) > TOLERANCE_MS ? 'time' : 'signature'
}
