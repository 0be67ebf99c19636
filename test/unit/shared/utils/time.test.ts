import { describe, expect, it } from 'vitest'
import { fullTime, monthAndYear, relativeTime, relativeTimeInWords, shortDay } from '../../../../shared/utils/time.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const before = (ms: number) => new Date(now - ms).toISOString()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('relativeTime', () => {
  it.each([
    [0, 'now'],
    [59_999, 'now'],
    [MINUTE, '1 min'],
    [59 * MINUTE, '59 min'],
    [HOUR, '1 h'],
    [23 * HOUR, '23 h'],
    [DAY, '1 d'],
    [6 * DAY, '6 d'],
    [7 * DAY, '14 Nov'],
    [400 * DAY, '17 Oct 2025'],
  ])('%i ms ago is %s', (age, text) => {
    expect(relativeTime(before(age), now)).toBe(text)
  })

  it('shows what comes from a clock ahead of ours as now', () => {
    expect(relativeTime(before(-5 * MINUTE), now)).toBe('now')
  })

  it('counts years in the reader\'s zone', () => {
    const newYear = Date.parse('2026-01-20T12:00:00.000Z')
    expect(relativeTime('2025-12-31T23:30:00.000Z', newYear, 'Europe/Berlin')).toBe('1 Jan')
    expect(relativeTime('2025-12-31T23:30:00.000Z', newYear, 'UTC')).toBe('31 Dec 2025')
  })
})

it('puts relative times into sentences', () => {
  expect(relativeTimeInWords(before(0), now)).toBe('just now')
  expect(relativeTimeInWords(before(3 * MINUTE), now)).toBe('3 min ago')
  expect(relativeTimeInWords(before(30 * DAY), now)).toBe('on 22 Oct')
})

it('names instants, days and months in a zone', () => {
  expect(fullTime('2026-03-01T23:30:00.000Z')).toMatch(/^1 March 2026(?:,| at) 23:30 UTC$/)
  expect(fullTime('2026-03-01T23:30:00.000Z', 'Asia/Tokyo')).toMatch(/^2 March 2026(?:,| at) 08:30 (?:GMT\+9|JST)$/)
  expect(shortDay('2026-03-01T23:30:00.000Z')).toBe('1 Mar 2026')
  expect(monthAndYear('2026-03-01T23:30:00.000Z')).toBe('March 2026')
})
