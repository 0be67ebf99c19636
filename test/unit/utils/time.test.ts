import { describe, expect, it } from 'vitest'
import { fullTime, monthAndYear, relativeTime, relativeTimeInWords, shortDay } from '#utils/time.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const before = (ms: number) => new Date(now - ms).toISOString()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('relativeTime', () => {
  it.each([
    [0, 'now'],
    [59_999, 'now'],
    [MINUTE, '1m'],
    [59 * MINUTE, '59m'],
    [HOUR, '1h'],
    [23 * HOUR, '23h'],
    [DAY, '1d'],
    [6 * DAY, '6d'],
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

describe('relativeTimeInWords', () => {
  it.each([
    [0, 'now'],
    [-5 * MINUTE, 'now'],
    [MINUTE, '1 minute ago'],
    [5 * MINUTE, '5 minutes ago'],
    [23 * HOUR, '23 hours ago'],
    [DAY, 'yesterday'],
    [2 * DAY, '2 days ago'],
    [7 * DAY, '1 week ago'],
    [29 * DAY, '4 weeks ago'],
    [30 * DAY, '1 month ago'],
    [364 * DAY, '11 months ago'],
    [365 * DAY, '1 year ago'],
    [800 * DAY, '2 years ago'],
  ])('%i ms ago is %s', (age, text) => {
    expect(relativeTimeInWords(before(age), now)).toBe(text)
  })

  it('calls yesterday what the reader\'s calendar does', () => {
    const night = Date.parse('2026-11-21T01:00:00.000Z')
    expect(relativeTimeInWords('2026-11-19T23:00:00.000Z', night)).toBe('2 days ago')
    expect(relativeTimeInWords('2026-11-19T23:00:00.000Z', night, 'Asia/Tokyo')).toBe('yesterday')
  })
})

it('names instants, days and months in a zone', () => {
  expect(fullTime('2026-03-01T23:30:00.000Z')).toMatch(/^1 March 2026(?:,| at) 23:30 UTC$/)
  expect(fullTime('2026-03-01T23:30:00.000Z', 'Asia/Tokyo')).toMatch(/^2 March 2026(?:,| at) 08:30 (?:GMT\+9|JST)$/)
  expect(shortDay('2026-03-01T23:30:00.000Z')).toBe('1 Mar 2026')
  expect(monthAndYear('2026-03-01T23:30:00.000Z')).toBe('March 2026')
})

it.each([
  ['en-GB', ['now', '5m', '3h', '2d', '5 Mar'], ['5 minutes ago', 'yesterday'], 'March 2026'],
  ['en-US', ['now', '5m', '3h', '2d', 'Mar 5'], ['5 minutes ago', 'yesterday'], 'March 2026'],
  ['de', ['jetzt', '5 Min.', '3h', '2 T', '5. März'], ['vor 5 Minuten', 'gestern'], 'März 2026'],
  ['ar-EG', ['الآن', '٥ د', '٣ س', '٢ ي', '٥ مارس'], ['قبل ٥ دقائق', 'أمس'], 'مارس ٢٠٢٦'],
  ['ja', ['今', '5m', '3h', '2d', '3月5日'], ['5 分前', '昨日'], '2026年3月'],
])('speaks %s', (locale, brief, words, month) => {
  // Arabic sentences carry marks of direction that are not seen, and ICU's versions space units differently.
  const plain = (text: string) => text.replace(/[\u200E\u200F\u061C]/g, '').replace(/[\u00A0\u202F]/g, ' ')
  const ages = [0, 5 * MINUTE, 3 * HOUR, 2 * DAY]
  const march = '2026-03-05T12:00:00.000Z'
  expect([...ages.map(before), march].map(iso => plain(relativeTime(iso, now, 'UTC', locale)))).toEqual(brief)
  expect([before(5 * MINUTE), before(DAY)].map(iso => plain(relativeTimeInWords(iso, now, 'UTC', locale)))).toEqual(words)
  expect(plain(monthAndYear(march, 'UTC', locale))).toBe(month)
})
