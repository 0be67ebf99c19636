import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'

const Fixture = v.looseObject({ type: v.string(), data: v.looseObject({}), timestamp: v.number(), instance_id: v.string() })
export type ClerkEvent = v.InferOutput<typeof Fixture>

/** The instance of the fixtures; a local Clerk has another. */
export const fixtureInstance = 'ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5'

/** An event as Clerk documents it, from `test/fixtures/clerk`. */
export function fixture(type: string): ClerkEvent {
  return v.parse(Fixture, JSON.parse(readFileSync(new URL(`../../test/fixtures/clerk/${type}.json`, import.meta.url), 'utf8')))
}

/**
 * The headers of one attempt, signed as Svix signs them.
 * @param attempt.at when the attempt is made; sent in seconds
 */
export function signedHeaders(webhook: Webhook, body: string, attempt: { id: string, at: Date }): Record<string, string> {
  return {
    'content-type': 'application/json',
    'svix-id': attempt.id,
    'svix-timestamp': String(Math.floor(attempt.at.getTime() / 1000)),
    'svix-signature': webhook.sign(attempt.id, attempt.at, body),
  }
}

export interface DeliveryOptions {
  id?: string
  /** When the attempt is made; signed with it. */
  at?: Date
  signature?: string
}

/** Delivers a body to the app at `url` as Svix does, signed for real. */
export async function deliver(url: string, secret: string, body: string, options: DeliveryOptions = {}): Promise<Response> {
  const { id = `msg_${randomUUID()}`, at = new Date(), signature } = options
  const headers = signedHeaders(new Webhook(secret), body, { id, at })
  return fetch(`${url}/api/webhooks`, { method: 'POST', body, headers: signature === undefined ? headers : { ...headers, 'svix-signature': signature } })
}
