import { describe, expect, it } from 'vitest'
import { clockTime, describeDeliveries, describeLag, hourOfDay, nameSpan, rangeWords, sumHours, toBars } from '#utils/admin/hours.ts'
import type { ChartRange } from '#shared/schemas/admin.ts'
import type { ChartHour } from '#shared/types/admin.ts'

const hour = (n: number, change: Partial<ChartHour> = {}): ChartHour => ({
  hour: new Date(Date.UTC(2026, 10, 21, n)).toISOString(),
  outcomes: { applied: 0, stale: 0, ignored: 0, rejected: 0, failed: 0 },
  refused: 0,
  lag: null,
  ...change,
})
const applied = (count: number) => ({ applied: count, stale: 0, ignored: 0, rejected: 0, failed: 0 })
const name = (iso: string) => clockTime(iso, 'UTC')

describe('deliveries in a sentence', () => {
  it('says that none came', () => expect(describeDeliveries([hour(1), hour(2)], rangeWords.day)).toBe('No deliveries in the last 24 hours.'))

  it('adds the hours up', () => {
    const hours = [hour(1, { outcomes: applied(1200) }), hour(2, { outcomes: { ...applied(3), stale: 2 }, refused: 1 })]
    expect(sumHours(hours)).toMatchObject({ applied: 1203, stale: 2, refused: 1, failed: 0 })
    expect(describeDeliveries(hours, rangeWords.week)).toBe('1,206 deliveries in the last 7 days: 1,203 applied, 2 stale, 1 refused.')
  })

  it('names one kind once', () => {
    expect(describeDeliveries([hour(1, { outcomes: applied(2) })], 'day')).toBe('2 deliveries in the last day, all applied.')
    expect(describeDeliveries([hour(1, { refused: 1 })], 'day')).toBe('1 delivery in the last day, refused.')
  })
})

describe('lag in a sentence', () => {
  it('says that nothing was applied', () => expect(describeLag([hour(1)], 'day', name)).toBe('No events were applied in the last day.'))

  it('takes the middle hour for the usual one, and names the slowest', () => {
    const hours = [hour(1, { lag: { p50: 40, p95: 100 } }), hour(2), hour(3, { lag: { p50: 50, p95: 3_000 } }), hour(4, { lag: { p50: 60, p95: 200 } })]
    expect(describeLag(hours, 'day', name)).toBe('In a typical hour, the median lag was 50 ms and the p95 was 200 ms. The slowest hour was 03:00, with a p95 of 3.0 s.')
  })
})

describe('bars', () => {
  /** So many hours up to one, with one delivery in each. */
  const upTo = (n: number, count: number) => Array.from({ length: count }, (_, place) => hour(n - count + 1 + place, { outcomes: applied(1), refused: place === 0 ? 1 : 0 }))
  const spans = (hours: ChartHour[], range: ChartRange, timeZone: string) => toBars(hours, range, timeZone).map(({ from, until }) => nameSpan(from, until, { timeZone, range, locale: 'en-GB' }))

  it('are hours of a day, three hours of a week and days of a month', () => {
    expect(toBars(upTo(14, 24), 'day', 'UTC')).toHaveLength(24)
    expect(toBars(upTo(15, 168), 'week', 'UTC')).toHaveLength(57)
    const days = toBars(upTo(14, 720), 'month', 'UTC')
    expect(days).toHaveLength(31)
    expect(sumHours(days)).toEqual(sumHours(upTo(14, 720)))
    expect(days.map(bar => bar.outcomes.applied)).toEqual([9, ...Array.from({ length: 29 }, () => 24), 15])
  })

  it('begin at midnight by the clock of the zone, and say from when to when they are', () => {
    expect(spans(upTo(14, 2), 'day', 'Europe/Berlin')).toEqual(['Sat 14:00–15:00', 'Sat 15:00–16:00'])
    expect(spans(upTo(2, 6), 'week', 'Europe/Berlin')).toEqual(['Fri 22:00–00:00', 'Sat 00:00–03:00', 'Sat 03:00–04:00'])
    expect(spans(upTo(14, 48), 'month', 'Europe/Berlin')).toEqual(['Thu 19 Nov, 16:00–00:00', 'Fri 20 Nov', 'Sat 21 Nov, 00:00–16:00'])
    expect(spans(upTo(19, 25), 'month', 'Asia/Kolkata')).toEqual(['Sat 21 Nov', 'Sun 22 Nov, 00:30–01:30'])
  })

  it('of a day on which clocks change have its 23 or 25 hours', () => {
    const since = (iso: string, count: number) => Array.from({ length: count }, (_, n) => ({ ...hour(0, { outcomes: applied(1) }), hour: new Date(Date.parse(iso) + n * 3_600_000).toISOString() }))
    expect(toBars(since('2026-10-24T22:00:00Z', 25), 'month', 'Europe/Berlin').map(bar => bar.outcomes.applied)).toEqual([25])
    expect(spans(since('2026-03-28T23:00:00Z', 23), 'month', 'Europe/Berlin')).toEqual(['Sun 29 Mar'])
    expect(toBars(since('2026-10-24T22:00:00Z', 6), 'week', 'Europe/Berlin').map(bar => bar.outcomes.applied)).toEqual([4, 2])
  })
})

it('names the day where a range has more than a week', () => {
  expect(clockTime('2026-11-21T14:00:00Z', 'UTC', { weekday: true, day: true })).toBe('Sat 21 Nov, 14:00')
})

it('reads the clock of a zone', () => {
  expect(hourOfDay('2026-11-21T23:30:00Z', 'Asia/Kolkata')).toBe(5)
  expect(clockTime('2026-11-21T23:30:05Z', 'Europe/Berlin', { weekday: true, seconds: true })).toBe('Sun 00:30:05')
})
