import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

const tooOld = 10 * 60 * 1000

/** A secret that signs unless another one is given; it opens nothing but this local server's deliveries. */
export const defaultWebhookSecret = `whsec_${Buffer.from('rollcall-local-clerk-deliveries!').toString('base64')}`

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}

/** Whether a signer can use it: `whsec_` and base64 of at least 16 bytes. */
export function isWebhookSecret(secret: string): boolean {
  const match = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)
  return match?.[1] !== undefined && Buffer.from(match[1], 'base64').length >= 16
}

export interface Signing {
  id: string
  body: string
  /** milliseconds, of this attempt */
  at: number
  /** every secret that is valid now; the header lists one signature for each */
  secrets: string[]
  wrongSignature?: boolean
  oldTimestamp?: boolean
}

/** The headers of one attempt: `svix-timestamp` in seconds, and a `v1,…` signature for each secret. */
export function signedHeaders({ id, body, at, secrets, wrongSignature, oldTimestamp }: Signing): Record<string, string> {
  const signedAt = new Date(oldTimestamp ? at - tooOld : at)
  const signers = wrongSignature ? [newWebhookSecret()] : secrets
  return {
    'content-type': 'application/json',
    'user-agent': 'Svix-Webhooks/local-clerk',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
    'svix-signature': signers.map(secret => new Webhook(secret).sign(id, signedAt, body)).join(' '),
  }
}
