import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ClerkError } from '#server/sync/clerk.ts'
import { paceReader } from '#server/sync/pace.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeAll(async () => {
  mirror = await startMirror()
  mirror.clerk.users.create({ firstName: 'Ada' }, { silent: true })
})
afterAll(() => mirror.stop())

/** A clock that passes only while someone sleeps. */
function createClock() {
  let now = 0
  const slept: number[] = []
  return { slept, now: () => now, sleep: async (ms: number) => void (slept.push(ms), now += ms) }
}

it('keeps to its rate', async () => {
  const clock = createClock()
  const reader = paceReader(mirror.reader, 5, clock)
  for (let call = 0; call < 6; call++) await reader.count()
  expect(clock.now()).toBe(1_000)
})

it('waits as long as Retry-After says', async () => {
  const clock = createClock()
  mirror.clerk.faults.set({ backend: { status: 429, retryAfter: 7, times: 1 } })
  expect(await paceReader(mirror.reader, 1_000, clock).count()).toBe(1)
  expect(clock.slept).toContain(7_000)
})

it('holds every call back for Retry-After, those that wait for their turn as well', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
  try {
    const began = performance.now()
    const calledAt: number[] = []
    const reader = paceReader({
      ...mirror.reader,
      count: async () => {
        calledAt.push(Math.round(performance.now() - began))
        if (calledAt.length === 1) throw new ClerkError('too many', { status: 429, retryAfterMs: 7_000 })
        return 1
      },
    }, 5)
    const counts = Promise.all([reader.count(), reader.count(), reader.count()])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await counts).toEqual([1, 1, 1])
    expect(calledAt).toEqual([0, 7_000, 7_200, 7_400])
  }
  finally {
    vi.useRealTimers()
  }
})

it('tries again after a 500, and gives up after five', async () => {
  const clock = createClock()
  mirror.clerk.faults.set({ backend: { status: 500, times: 4 } })
  expect(await paceReader(mirror.reader, 1_000, clock).count()).toBe(1)
  mirror.clerk.faults.set({ backend: { status: 500, times: 5 } })
  await expect(paceReader(mirror.reader, 1_000, clock).count()).rejects.toThrow()
  mirror.clerk.faults.clear()
})

it('does not ask again after a refusal', async () => {
  const clock = createClock()
  mirror.clerk.faults.set({ backend: { status: 401, times: 1 } })
  await expect(paceReader(mirror.reader, 1_000, clock).count()).rejects.toThrow()
  expect(await paceReader(mirror.reader, 1_000, clock).count()).toBe(1)
})
