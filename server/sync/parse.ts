import * as v from 'valibot'
import { ClerkUser, DeletedUser, describeIssue, Envelope, isInstanceId, SessionData } from '#shared/schemas/clerk.ts'
import type { EventMeta, EventNews, NoNews } from './news.ts'

/** Where a delivery came from, known before its body is read. */
export interface DeliveryMeta { id: string, receivedAt: number }

/**
 * Reads a body whose signature has been verified. Never throws: what cannot be used is `rejected`, with the reason.
 * @param instanceId the Clerk instance that this database mirrors; null while unknown, then every real one is taken
 */
export function parseEvent(body: string, delivery: DeliveryMeta, instanceId: string | null): EventNews {
  const json = parseJson(body)
  if (json === undefined) return unread('rejected', 'the body is not JSON', delivery)
  const envelope = v.safeParse(Envelope, json)
  if (!envelope.success) return unread('rejected', describeIssue(envelope.issues), delivery)

  const { type, data, timestamp, instance_id } = envelope.output
  const event = { ...delivery, type, userId: userIdIn(type, data), occurredAt: timestamp }
  if (!isInstanceId(instance_id)) return { kind: 'none', outcome: 'ignored', reason: 'a sample, not written', event }
  if (instanceId && instance_id !== instanceId) {
    return { kind: 'none', outcome: 'rejected', reason: `from the instance ${instance_id}, but this database mirrors ${instanceId}`, event }
  }
  return parseData(type, data, event)
}

function parseData(type: string, data: unknown, event: EventMeta & { occurredAt: number }): EventNews {
  const reject = (issues: readonly v.BaseIssue<unknown>[]): NoNews =>
    ({ kind: 'none', outcome: 'rejected', reason: `data.${describeIssue(issues)}`, event })

  if (type === 'user.created' || type === 'user.updated') {
    const parsed = v.safeParse(ClerkUser, data)
    return parsed.success ? { kind: 'user', user: parsed.output, event } : reject(parsed.issues)
  }
  if (type === 'user.deleted') {
    const parsed = v.safeParse(DeletedUser, data)
    return parsed.success ? { kind: 'delete', userId: parsed.output.id, event } : reject(parsed.issues)
  }
  if (type.startsWith('session.')) {
    const parsed = v.safeParse(SessionData, data)
    if (parsed.success && parsed.output.user) return { kind: 'user', user: parsed.output.user, event }
    return { kind: 'none', outcome: 'ignored', reason: 'no usable user inside', event }
  }
  return { kind: 'none', outcome: 'ignored', reason: 'a type that is not used here', event }
}

function unread(outcome: 'rejected', reason: string, delivery: DeliveryMeta): NoNews {
  return { kind: 'none', outcome, reason, event: { ...delivery, type: null, userId: null, occurredAt: null } }
}

/** For the log alone: whom an event speaks of, as far as it can be told. */
function userIdIn(type: string, data: unknown): string | null {
  const key = type.startsWith('user.') ? 'id' : 'user_id'
  const parsed = v.safeParse(v.object({ [key]: DeletedUser.entries.id }), data)
  return parsed.success ? parsed.output[key] ?? null : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch {
    return undefined
  }
}
