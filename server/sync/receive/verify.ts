import { Webhook } from 'standardwebhooks'
import type { RefusalReason } from '#shared/types/sync.ts'

/** Older or newer than this is refused: https://docs.svix.com/receiving/verifying-payloads/how-manual */
const TOLERANCE_SECONDS = 5 * 60

/** Svix's ids have some 30 characters; the event log has an index of them. */
const MAX_ID = 200

/** Seconds since 1970. The library reads a number off the front of anything, and signs that. */
const isTimestamp = (text: string) => /^[1-9]\d{0,11}$/.test(text)

/** What Svix sends beside the body; null where a header is missing. */
export interface DeliveryHeaders { id: string | null, timestamp: string | null, signature: string | null }

/**
 * Checks the signature of a delivery against each secret, while a rotation or a second endpoint needs several.
 * Clerk's own `verifyWebhook` uses the same library, and parses the body once more.
 * @param secrets `whsec_…`, decoded once
 * @returns a function of the raw body: null when one secret fits, else why it is refused
 */
export function createVerifier(secrets: string[]) {
  const webhooks = secrets.map(secret => new Webhook(secret))
  return (body: string, { id, timestamp, signature }: DeliveryHeaders): RefusalReason | null => {
    if (!id || !timestamp || !signature || id.length > MAX_ID || !isTimestamp(timestamp)) return 'headers'
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
    if (webhooks.some(webhook => fits(webhook, body, headers))) return null
    return Math.abs(Number(timestamp) - Date.now() / 1000) > TOLERANCE_SECONDS ? 'time' : 'signature'
  }
}

function fits(webhook: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(body, headers, { jsonParse: false })
    return true
  }
  catch {
    return false
  }
}
