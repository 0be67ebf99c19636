import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { atMostEvery } from '#server/live/at-most-every.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('runs at once, then once at the end of the time for all who asked meanwhile', () => {
  const act = vi.fn()
  const ask = atMostEvery(1_000, act)
  ask()
  expect(act).toHaveBeenCalledTimes(1)
  for (let n = 0; n < 5; n++) ask()
  vi.advanceTimersByTime(999)
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(act).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(5_000)
  expect(act).toHaveBeenCalledTimes(2)
  ask()
  expect(act).toHaveBeenCalledTimes(3)
})
