import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('acts once, between the two times, however often it is planned', () => {
  const act = vi.fn()
  const { plan } = useLater(act)
  plan(100, 200)
  plan(0, 0)
  vi.advanceTimersByTime(149)
  expect(act).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1_000)
  expect(act).toHaveBeenCalledOnce()
})

it('waits twice as long with each attempt, up to the longest wait', () => {
  const at: number[] = []
  const start = Date.now()
  const later = useLater(() => at.push(Date.now() - start))
  for (const attempt of [0, 1, 5]) {
    later.retry(attempt, { firstMs: 1_000, longestMs: 4_000 })
    vi.runAllTimers()
  }
  expect(at).toEqual([750, 750 + 1_500, 750 + 1_500 + 3_000])
})

it('acts at once in place of what was planned, and not after its scope has ended', () => {
  const act = vi.fn()
  const scope = effectScope()
  const later = scope.run(() => useLater(act))
  later?.plan(0, 100)
  later?.run()
  vi.runAllTimers()
  expect(act).toHaveBeenCalledOnce()
  later?.plan(0, 100)
  scope.stop()
  vi.runAllTimers()
  expect(act).toHaveBeenCalledOnce()
})
