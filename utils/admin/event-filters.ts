import * as v from 'valibot'
import { outcomes } from '#shared/types/sync.ts'
import { Search } from '#shared/schemas/text.ts'
import type { AdminEvent } from '#shared/types/admin.ts'

const HOUR = 3_600_000
export const lastSpans = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const
const spanNames = ['hour', 'day', 'week'] as const satisfies (keyof typeof lastSpans)[]

const Time = v.pipe(v.string(), v.check(text => !Number.isNaN(Date.parse(text))), v.transform(text => new Date(text).toISOString()))

/** The filters of the event log, as the address has them. A wrong value counts as left out. `last` wins over `since` and `until`. */
export const EventFilters = v.object({
  type: v.fallback(v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))), undefined),
  outcome: v.fallback(v.optional(v.picklist(outcomes)), undefined),
  /** An id, or a name. */
  user: v.fallback(v.optional(v.pipe(Search, v.minLength(1))), undefined),
  last: v.fallback(v.optional(v.picklist(spanNames)), undefined),
  since: v.fallback(v.optional(Time), undefined),
  until: v.fallback(v.optional(Time), undefined),
})
export type EventFilters = v.InferOutput<typeof EventFilters>

/** Whether what was typed is an id; else it is a name. */
const isUserId = (text: string) => /^user_[\w-]{1,59}$/.test(text)

/** The query of `GET /api/admin/events` for these filters. @param now milliseconds */
export function eventQuery({ type, outcome, user, last, since, until }: EventFilters, now: number) {
  const isId = user !== undefined && isUserId(user)
  return {
    type,
    outcome,
    user: isId ? user : undefined,
    name: isId ? undefined : user,
    since: last ? new Date(now - lastSpans[last]).toISOString() : since,
    until: last ? undefined : until,
  }
}

/** Whether an event that has just been received belongs to the list. @param named whose events these are, where the filter is a name */
export function matchesFilters(event: Pick<AdminEvent, 'type' | 'outcome' | 'userId' | 'lastReceivedAt'>, { type, outcome, user, last, since, until }: EventFilters, named?: readonly string[]): boolean {
  return (type === undefined || event.type === type)
    && (outcome === undefined || event.outcome === outcome)
    && (user === undefined || event.userId === user || Boolean(event.userId && named?.includes(event.userId)))
    && (last !== undefined || ((since === undefined || event.lastReceivedAt >= since) && (until === undefined || event.lastReceivedAt < until)))
}
