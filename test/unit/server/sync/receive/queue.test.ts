import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Applied, News } from '#server/sync/news.ts'
import { eventIdOf, userIdOf } from '#server/sync/news.ts'
import { createNewsQueue } from '#server/sync/receive/queue.ts'

let count = 0
const news = (userId: string, id = `msg_${++count}`): News =>
  ({ kind: 'delete', userId, event: { id, type: 'user.deleted', userId, occurredAt: '2026-01-01T00:00:00.000Z', receivedAt: 0 } })
const applied: Applied = { outcome: 'applied', reason: null, written: true }
const nextTurn = () => new Promise(done => setImmediate(done))

/** A writer that ends each batch when told. */
function slowWriter() {
  const batches: { news: News[], end: (results?: (Applied | Error)[]) => void, fail: (error: Error) => void }[] = []
  const queue = createNewsQueue(batch => new Promise((resolve, reject) => {
    batches.push({ news: batch, end: (results = batch.map(() => applied)) => resolve(results), fail: reject })
  }))
  return { queue, batches }
}

it('alone, news does not wait; what comes meanwhile goes together', async () => {
  const { queue, batches } = slowWriter()
  const [first, ...rest] = [queue(news('a')), queue(news('b')), queue(news('c'))]
  expect(batches.map(batch => batch.news.length)).toEqual([1])
  batches[0]?.end()
  await first
  await nextTurn()
  expect(batches.map(batch => batch.news.length)).toEqual([1, 2])
  batches[1]?.end()
  expect(await Promise.all(rest)).toEqual([applied, applied])
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
  const [first, second] = [queue(news('a')), queue(news('b'))]
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

it('each is written once, a batch holds 100 at most and a user and an event once, and the news of a user keep their order', async () => {
  const some = fc.array(fc.record({ user: fc.nat(5), event: fc.nat(40) }), { maxLength: 300 })
  await fc.assert(fc.asyncProperty(some, async (given) => {
    const batches: News[][] = []
    const queue = createNewsQueue(async (batch) => {
      batches.push(batch)
      await nextTurn()
      return batch.map(() => applied)
    })
    // An event speaks of one user.
    const all = given.map(({ user, event }) => news(`user_${user}`, `msg_${user}_${event}`))
    await Promise.all(all.map(queue))

    expect(batches.flat()).toHaveLength(all.length)
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(100)
      expect(new Set(batch.map(userIdOf)).size).toBe(batch.length)
      expect(new Set(batch.map(eventIdOf)).size).toBe(batch.length)
    }
    for (const user of new Set(all.map(userIdOf))) {
      expect(batches.flat().filter(one => userIdOf(one) === user)).toEqual(all.filter(one => userIdOf(one) === user))
    }
  }), { numRuns: 50 })
})
