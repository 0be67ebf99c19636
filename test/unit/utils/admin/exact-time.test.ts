import { describe, expect, it } from 'vitest'
import { exactTime, localInput, spanOf } from '#utils/admin/exact-time.ts'

describe('an instant to the millisecond', () => {
  it('is written as a log has it, in the zone asked for', () => {
    expect(exactTime('2026-11-21T23:05:09.042Z')).toBe('2026-11-21 23:05:09.042')
    expect(exactTime('2026-11-21T23:05:09.042Z', 'Asia/Kathmandu')).toBe('2026-11-22 04:50:09.042')
  })

  it('is what a datetime-local input takes', () => {
    expect(localInput('2026-11-21T23:05:09.042Z', 'Europe/Berlin')).toBe('2026-11-22T00:05')
  })
})

it.each([
  [0, '0 ms'], [999, '999 ms'], [1_240, '1.2 s'], [45_000, '45 s'], [300_000, '5 min'], [5 * 3_600_000, '5 h'], [88 * 86_400_000, '88 d'],
])('a span of %d ms is %s', (ms, words) => {
  expect(spanOf(ms)).toBe(words)
})
