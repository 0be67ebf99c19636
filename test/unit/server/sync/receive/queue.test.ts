import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import type { Applied, News } from '#server/sync/news.ts'
import { eventIdOf, userIdOf } from '#server/sync/news.ts'
import { createNewsQueue } from '#server/sync/receive/queue.ts'

let count = 0
const news = (userId: string, id = `msg_${++count}`): News =>
  ({ kind: 'delete', userId, event: { id, type: 'user.deleted', userId, occurredAt: '2026-01-01T00:00:00.000Z', receivedAt: 0 } })
const applied: Applied = { outcome: 'applied', reason: null, written: true, unsettled: false }
/** As in the queue. */
const SLOW_MS = 20
const until = (there: () => boolean) => vi.waitFor(() => expect(there()).toBe(true), { interval: 1 })
const nextTurn = () => new Promise(done => setImmediate(done))

/** A writer that ends each batch when told. */
function slowWriter() {
  const batches: { news: News[], end: (results?: (Applied | Error)[]) => void, fail: (error: Error) => void }[] = []
  const queue = createNewsQueue(batch => new Promise((resolve, reject) => {
    batches.push({ news: batch, end: (results = batch.map(() => applied)) => resolve(results), fail: reject })
  }))
  return { queue, batches }
}

it('alone, news does not wait; what comes while a write is in flight goes together', async () => {
  const { queue, batches } = slowWriter()
  const [first, ...rest] = [queue(news('a')), queue(news('b')), queue(news('c')), queue(news('d'))]
  expect(batches.map(batch => batch.news.length)).toEqual([1])
  batches[0]?.end()
  await first
  await nextTurn()
  expect(batches.map(batch => batch.news.length)).toEqual([1, 3])
  batches[1]?.end()
  expect(await Promise.all(rest)).toEqual([applied, applied, applied])
})

it('a write that is slow gets a second one beside it, and never a third', async () => {
  const { queue, batches } = slowWriter()
  const [first, second, third] = [queue(news('a')), queue(news('b')), queue(news('c'))]
  await until(() => batches.length === 2)
  expect(batches.map(batch => batch.news.length)).toEqual([1, 2])
  const fourth = queue(news('d'))
  await setTimeout(3 * SLOW_MS)
  expect(batches).toHaveLength(2)
  for (const batch of [0, 1, 2]) {
    batches[batch]?.end()
    await nextTurn()
  }
  expect(await Promise.all([first, second, third, fourth])).toEqual([applied, applied, applied, applied])
})

it('a write that does not end stops its own users alone', async () => {
  const { queue, batches } = slowWriter()
  void queue(news('a'))
  const again = queue(news('a'))
  for (const [place, user] of ['b', 'c', 'd'].entries()) {
    const done = queue(news(user))
    await until(() => batches.length === place + 2)
    batches.at(-1)?.end()
    expect(await done).toEqual(applied)
    await nextTurn()
  }
  expect(batches).toHaveLength(4)
  batches[0]?.end()
  await nextTurn()
  batches[4]?.end()
  expect(await again).toEqual(applied)
})

it('what has waited for 15 s is refused, and not written', async () => {
  let now = 0
  const ends: (() => void)[] = []
  const queue = createNewsQueue(batch => new Promise(resolve => ends.push(() => resolve(batch.map(() => applied)))), () => now)
  void queue(news('a'))
  const late = queue(news('a')).catch((error: Error) => error.name)
  now = 15_001
  const fresh = queue(news('a'))
  ends[0]?.()
  expect(await late).toBe('DatabaseNotReadyError')
  ends[1]?.()
  expect(await fresh).toEqual(applied)
  expect(ends).toHaveLength(2)
})

it('no answer comes before its batch has ended', async () => {
  const { queue, batches } = slowWriter()
  let answered = false
  const one = queue(news('a')).then(() => (answered = true))
  await nextTurn()
  expect(answered).toBe(false)
  batches[0]?.end()
  await one
  expect(answered).toBe(true)
})

it('a batch that fails rejects its own, and the next one is written', async () => {
  const { queue, batches } = slowWriter()
  const [first, second] = [queue(news('a')), queue(news('a'))]
  batches[0]?.fail(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  await nextTurn()
  batches[1]?.end()
  expect(await second).toEqual(applied)
  await nextTurn()
  void queue(news('c'))
  expect(batches).toHaveLength(3)
})

it('an error, or no result, in the place of one rejects that one alone', async () => {
  const { queue, batches } = slowWriter()
  const blocker = queue(news('x'))
  const three = Promise.allSettled([queue(news('a')), queue(news('b')), queue(news('c'))])
  batches[0]?.end()
  await blocker
  await nextTurn()
  batches[1]?.end([applied, new Error('poison')])
  expect((await three).map(result => result.status)).toEqual(['fulfilled', 'rejected', 'rejected'])
})

it('each is written once, two batches are in flight at most, of 100 at most, with a user and an event once in all, and the news of a user and of an event keep their order', async () => {
  const SLOW = 4
  let most = 0
  const some = fc.array(fc.record({ user: fc.nat(5), event: fc.nat(40), pause: fc.nat(9) }), { maxLength: 300 })
  await fc.assert(fc.asyncProperty(some, fc.array(fc.nat(SLOW), { minLength: 1 }), async (given, turns) => {
    const batches: News[][] = []
    const inFlight = new Set<News[]>()
    const queue = createNewsQueue(async (batch) => {
      batches.push(batch)
      inFlight.add(batch)
      const flying = [...inFlight].flat()
      expect(inFlight.size).toBeLessThanOrEqual(2)
      expect(batch.length).toBeLessThanOrEqual(100)
      expect(new Set(flying.map(userIdOf)).size).toBe(flying.length)
      expect(new Set(flying.map(eventIdOf)).size).toBe(flying.length)
      const turnsOfThis = turns[batches.length % turns.length] ?? 0
      if (turnsOfThis === SLOW) await setTimeout(2)
      for (let turn = 0; turn <= turnsOfThis; turn++) await nextTurn()
      most = Math.max(most, inFlight.size)
      inFlight.delete(batch)
      return batch.map(() => applied)
    }, undefined, 1)
    // Users share some events here, though Clerk's never do.
    const all: News[] = []
    const done: Promise<Applied>[] = []
    for (const { user, event, pause } of given) {
      const one = news(`user_${user}`, `msg_${event}`)
      all.push(one)
      done.push(queue(one))
      if (pause === 0) await nextTurn()
    }
    await Promise.all(done)

    expect(batches.flat()).toHaveLength(all.length)
    for (const keyOf of [userIdOf, eventIdOf]) {
      for (const key of new Set(all.map(keyOf))) expect(batches.flat().filter(one => keyOf(one) === key)).toEqual(all.filter(one => keyOf(one) === key))
    }
  }), { numRuns: 50 })
  expect(most).toBe(2)
})
