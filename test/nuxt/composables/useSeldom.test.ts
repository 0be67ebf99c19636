import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('runs at a random moment of the time that is given', () => {
  const act = vi.fn()
  useSeldom(act).plan(10_000)
  vi.advanceTimersByTime(4_999)
  expect(act).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(act).toHaveBeenCalledOnce()
})

it('runs ever more seldom while it is asked for again and again, and afresh after a quiet time', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const at: number[] = []
  const start = Date.now()
  const { plan } = useSeldom(() => at.push(Math.round((Date.now() - start) / 1000)))
  for (let seconds = 0; seconds < 400; seconds += 10) {
    plan(1_000)
    vi.advanceTimersByTime(10_000)
  }
  expect(at).toEqual([0, 10, 20, 40, 80, 140, 200, 260, 320, 380])
  vi.advanceTimersByTime(300_000)
  at.length = 0
  plan(0)
  vi.advanceTimersByTime(0)
  plan(0)
  vi.advanceTimersByTime(5_000)
  expect(at).toHaveLength(2)
})
