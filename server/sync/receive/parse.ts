import * as v from 'valibot'
import { ClerkUser, DeletedUser, describeIssue, Envelope, EventTime, isFuture, isSample, SessionData } from '#server/schemas/clerk.ts'
import type { ReasonDetails, ReasonFor } from '#shared/types/sync.ts'
import type { DeliveryStages, EventMeta, EventNews, NoNews } from '../news.ts'

/** Where a delivery came from, known before its body is read. */
export interface DeliveryMeta {
  id: string
  /** By `performance.now()`. */
  receivedAt: number
  stages?: DeliveryStages
}

/**
 * Reads a body whose signature has been verified. Never throws: what cannot be used is `rejected`, with the reason.
 * @param instanceId the Clerk instance that this database mirrors; null while unknown, then every real one is taken
 * @param now ms since 1970
 */
export function parseEvent(body: string, delivery: DeliveryMeta, instanceId: string | null, now = Date.now()): EventNews {
  const unread = { ...delivery, type: null, userId: null, occurredAt: null }
  const json = parseJson(body)
  if (json === undefined) return reject(unread, 'not-json')
  const envelope = v.safeParse(Envelope, json)
  if (!envelope.success) return reject(unread, 'not-an-event', describeIssue(envelope.issues))

  const { type, data, timestamp, instance_id } = envelope.output
  const [userId, time] = [userIdIn(type, data), v.safeParse(EventTime, timestamp)]
  if (isSample(instance_id, userId)) return ignore({ ...delivery, type, userId, occurredAt: time.success ? time.output : null }, 'sample')
  if (!time.success) return reject({ ...unread, type, userId }, 'not-an-event', { ...describeIssue(time.issues), path: 'timestamp' })
  const event = { ...delivery, type, userId, occurredAt: time.output }
  if (instanceId && instance_id !== instanceId) return reject(event, 'other-instance', { instance: instance_id, mirrored: instanceId })
  const news = parseData(type, data, event)
  const ahead = isFuture(event.occurredAt, now) ? 'timestamp' : news.kind === 'user' && isFuture(news.user.clerkUpdatedAt, now) ? 'data.updated_at' : null
  return ahead && news.kind !== 'none' ? reject(event, 'future', { path: ahead }) : news
}

function parseData(type: string, data: unknown, event: EventMeta & { occurredAt: string }): EventNews {
  if (type === 'user.created' || type === 'user.updated') {
    const parsed = v.safeParse(ClerkUser, data)
    return parsed.success ? { kind: 'user', user: parsed.output, event } : rejectUser(event, parsed.issues)
  }
  if (type === 'user.deleted') {
    const parsed = v.safeParse(DeletedUser, data)
    return parsed.success ? { kind: 'delete', userId: parsed.output.id, event } : rejectUser(event, parsed.issues)
  }
  if (type.startsWith('session.')) {
    const parsed = v.safeParse(SessionData, data)
    return parsed.success && parsed.output.user ? { kind: 'user', user: parsed.output.user, event } : ignore(event, 'no-user')
  }
  return ignore(event, 'unused-type')
}

const ignore = (event: EventMeta, reason: ReasonFor<'ignored'>): NoNews =>
  ({ kind: 'none', outcome: 'ignored', reason, details: null, event })

const reject = (event: EventMeta, reason: ReasonFor<'rejected'>, details: ReasonDetails | null = null): NoNews =>
  ({ kind: 'none', outcome: 'rejected', reason, details, event })

function rejectUser(event: EventMeta, issues: readonly v.BaseIssue<unknown>[]): NoNews {
  const { path, expected } = describeIssue(issues)
  return reject(event, 'unusable-user', { path: path ? `data.${path}` : 'data', expected })
}

/** The user that an event names, for the log; null when it names none. */
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
