import { expect, it } from 'vitest'
import type { ResyncAnswer, ResyncProgress } from '#utils/admin/resync.ts'
import { countDone, resyncUsers, resyncWords } from '#utils/admin/resync.ts'

const people = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `user_${n}`, name: `Person ${n}` }))

function run(count: number, answer: (id: string, tries: number) => ResyncAnswer, stop = new AbortController()) {
  const tries = new Map<string, number>()
  const told: ResyncProgress[] = []
  const waits: number[] = []
  let busy = 0
  let busiest = 0
  const done = resyncUsers(people(count), {
    async ask(id) {
      tries.set(id, (tries.get(id) ?? 0) + 1)
      busiest = Math.max(busiest, ++busy)
      await new Promise(next => setTimeout(next, 0))
      busy--
      return answer(id, tries.get(id) ?? 0)
    },
    async wait(ms) {
      waits.push(ms)
    },
    tell: now => told.push(now),
    signal: stop.signal,
  })
  return { done, tries, told, waits, busiest: () => busiest }
}

it('asks for each once, three at a time, and says how far it is', async () => {
  const { done, tries, told, busiest } = run(10, id => ({ written: id === 'user_3' }))
  expect(await done).toEqual({ updated: 1, unchanged: 9, failed: [] })
  expect([...tries.values()]).toEqual(Array.from({ length: 10 }, () => 1))
  expect(busiest()).toBe(3)
  expect(told.map(countDone)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

it('waits as long as the limit says, and asks for those again', async () => {
  const { done, waits, told } = run(5, (id, tries) => id === 'user_2' && tries === 1 ? { waitMs: 41_000 } : { written: true })
  expect(await done).toEqual({ updated: 5, unchanged: 0, failed: [] })
  expect(waits).toEqual([41_000])
  expect(told.some(({ waiting }) => waiting === 41)).toBe(true)
})

it('says who failed and why', async () => {
  const { done } = run(3, id => id === 'user_1' ? { why: 'Clerk has no such user.' } : { written: true })
  expect(await done).toEqual({ updated: 2, unchanged: 0, failed: [{ id: 'user_1', name: 'Person 1', why: 'Clerk has no such user.' }] })
})

it('starts no more once it is stopped', async () => {
  const stop = new AbortController()
  const { done } = run(50, (id) => {
    if (id === 'user_5') stop.abort()
    return { written: true }
  }, stop)
  const result = await done
  expect(countDone(result)).toBeLessThan(10)
  expect(resyncWords(result, 50)).toMatch(/^\d updated, 0 unchanged, 4\d not asked\.$/)
})

it('puts the result in a sentence', () => {
  expect(resyncWords({ updated: 2, unchanged: 1, failed: [] }, 3)).toBe('2 updated, 1 unchanged.')
  expect(resyncWords({ updated: 0, unchanged: 0, failed: [{ id: 'user_1', name: 'A', why: 'no' }] }, 1)).toBe('0 updated, 0 unchanged, 1 failed.')
})
