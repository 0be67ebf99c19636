import { describe, expect, it } from 'vitest'
import { withRefusals } from '#utils/admin/refusals.ts'
import type { AdminEvent, RefusedHour } from '#shared/types/admin.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 14, minute)).toISOString()
const event = (id: string, minute: number): AdminEvent => ({
  id, type: 'user.updated', userId: null, userName: null, occurredAt: null, firstReceivedAt: at(minute), lastReceivedAt: at(minute), appliedAt: null,
  deliveries: 1, outcome: 'applied', reason: null, details: null, durationMs: null, lagMs: null,
})
const refusal = (reason: RefusedHour['reason'], minute: number): RefusedHour => ({ hour: at(0), reason, count: 3, lastAt: at(minute) })
const order = (...input: Parameters<typeof withRefusals>) => withRefusals(...input).map(({ event, refusal }) => event?.id ?? refusal?.reason)

describe('refused deliveries in the event log', () => {
  const events = [event('b', 30), event('a', 20)]
  const refusals = [refusal('signature', 40), refusal('time', 25), refusal('headers', 10)]

  it('stand in order of time', () => expect(order(events, refusals, true)).toEqual(['signature', 'b', 'time', 'a', 'headers']))
  it('wait for the events of their time', () => expect(order(events, refusals, false)).toEqual(['signature', 'b', 'time', 'a']))
  it('are shown where there are no events', () => expect(order([], refusals, true)).toEqual(['signature', 'time', 'headers']))
  it('have keys of their own', () => expect(new Set(withRefusals(events, refusals, true).map(({ key }) => key)).size).toBe(5))
})
