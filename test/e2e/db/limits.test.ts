import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { createCounter } from '#db/queries/limits.ts'
import { createLimiter } from '#server/limiter.ts'
import { createTestDatabase } from '../support/rollcall.ts'

let db: Database
beforeAll(async () => {
  db = openDatabase(await createTestDatabase(), { max: 2 })
  await db.$client`select 1`
})
afterAll(() => closeDatabase(db))
afterEach(() => {
  vi.useRealTimers()
})

const minutes = (count: number) => count * 60_000
const keys = async () => (await db.$client<{ key: string }[]>`select key from rate_limits order by key`).map(({ key }) => key)

it('rows that ended more than an hour ago are deleted, every five minutes', async () => {
  for (const [key, ago] of [['old', 61], ['recent', 59], ['open', -1]] as const) await db.$client`insert into rate_limits values (${key}, 1, ${Date.now() - minutes(ago)})`
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  createCounter(db, { name: 'any', points: 1, clears: true })
  await vi.advanceTimersByTimeAsync(minutes(5))
  vi.useRealTimers()
  await expect.poll(keys).toEqual(['open', 'recent'])
})

it('a minute that is over begins anew', async () => {
  const limiters = [createLimiter(db, 0.1), createLimiter(db, 0.1)] as const
  expect(await limiters[0].take('post', 'user_1', '203.0.113.1')).toBeNull()
  expect(await limiters[1].take('post', 'user_1', '203.0.113.1')).toMatchObject({ by: 'person' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes(1) + 1 })
  expect(await limiters[1].take('post', 'user_1', '203.0.113.1')).toBeNull()
})

it.each(['', 'unknown', 'x'.repeat(5_000), '::1', 'fe80::1%eth0', '::ffff:203.0.113.9', '[::1]:80'])('an address of the form %j is no failure', async (address) => {
  expect(await createLimiter(db, 1).take('search', 'user_2', address)).toBeNull()
})
