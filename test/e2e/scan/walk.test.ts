import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClerkPage, ClerkReader, ListQuery } from '#server/sync/clerk.ts'
import { ClerkError } from '#server/sync/clerk.ts'
import { walkUsers } from '#server/sync/scan/walk.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeAll(async () => {
  mirror = await startMirror()
})
afterAll(() => mirror.stop())

/** What Clerk may answer to a cursor whose user was deleted: its specification does not say. */
const lostCursors = ['422', '404', 'empty', 'beginning'] as const

interface World {
  /** When each user is created, ms since 1970; several may share a millisecond. */
  times: number[]
  lostCursor: (typeof lostCursors)[number]
  /** Before each call: how many users of the last pages are deleted, and when one is created. */
  calls: { deleteLast: number, deleteAny: number, create: number | null }[]
  /** By how many turns each answer is late, so that pages come in any order. */
  delays: number[]
  total: number
}

const time = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 100_000 }), fc.constant(500))
const world: fc.Arbitrary<World> = fc.record({
  times: fc.array(time, { maxLength: 120 }),
  lostCursor: fc.constantFrom(...lostCursors),
  calls: fc.array(fc.record({ deleteLast: fc.nat(3), deleteAny: fc.nat(200), create: fc.option(time) }), { maxLength: 40 }),
  delays: fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
  total: fc.nat(200),
})

/** A Clerk that changes while it is read. */
function simulate({ times, lostCursor, calls, delays }: World) {
  const users = new Map(times.map((createdAt, index) => [`user_${index}`, createdAt]))
  /** There from the first call to the last. */
  const stayed = new Set(users.keys())
  const served: string[] = []
  let count = 0

  function happen() {
    const change = calls[count]
    if (!change) return
    const gone = [...served.slice(served.length - change.deleteLast), `user_${change.deleteAny}`]
    for (const id of gone) {
      users.delete(id)
      stayed.delete(id)
    }
    if (change.create !== null) users.set(`user_new_${count}`, change.create)
  }

  function answer({ limit, createdAfter = -Infinity, createdBefore = Infinity, startingAfter }: ListQuery): [string, number][] {
    const all = [...users].sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
    const place = all.findIndex(([id]) => id === startingAfter)
    if (startingAfter !== undefined && place === -1) {
      if (lostCursor === '422' || lostCursor === '404') throw new ClerkError('lost', { status: Number(lostCursor) })
      if (lostCursor === 'empty') return []
    }
    return all.slice(place + 1).filter(([, at]) => at > createdAfter && at < createdBefore).slice(0, limit)
  }

  const list = async (query: ListQuery): Promise<ClerkPage> => {
    happen()
    const late = delays[count++ % delays.length] ?? 0
    const page = answer(query)
    for (let turn = 0; turn < late; turn++) await new Promise(done => setImmediate(done))
    const listed = page.map(([id, createdAt]) => ({ id, createdAt: new Date(createdAt).toISOString() }))
    served.push(...listed.map(({ id }) => id))
    return { users: listed.map(({ id, createdAt }) => user(id, createdAt)), listed, unusable: [], date: new Date(120_000).toISOString() }
  }
  const reader: ClerkReader = { ...mirror.reader, list, user: async id => ({ user: users.has(id) ? user(id, '') : null, date: '' }) }
  return { reader, stayed, createdAt: (id: string) => users.get(id) ?? 0, calls: () => count }
}

const user = (id: string, clerkCreatedAt: string) => ({
  id, clerkCreatedAt, clerkUpdatedAt: clerkCreatedAt, username: null, firstName: null, lastName: null, imageUrl: null, email: null, banned: false, lastSignInAt: null,
})

it('lists everyone who stays once, whoever comes and goes meanwhile, and every time of creation once', async () => {
  await fc.assert(fc.asyncProperty(world, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }), async (given, pageSize, atOnce) => {
    const clerk = simulate(given)
    const seen: string[] = []
    const windows: { from: number, to: number, listed: Set<string> }[] = []
    for await (const page of walkUsers(mirror.db, clerk.reader, { total: given.total, pageSize, atOnce })) {
      seen.push(...page.users.map(({ id }) => id))
      expect(page.size).toBe(page.users.length)
      windows.push({ from: page.window.from ?? -Infinity, to: page.window.to ?? Infinity, listed: new Set(page.listed) })
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining([...clerk.stayed]))

    const sorted = windows.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)
    expect(sorted.map(({ from }) => from)).toEqual([-Infinity, ...sorted.slice(0, -1).map(({ to }) => to)])
    expect(sorted.at(-1)?.to).toBe(Infinity)
    for (const id of clerk.stayed) {
      const at = clerk.createdAt(id)
      expect(sorted.find(({ from, to }) => at >= from && at < to)?.listed.has(id)).toBe(true)
    }
  }), { numRuns: 300 })
})

it.each([
  ['evenly', (index: number) => index * 1_000],
  ['within a day of two years', (index: number) => 60_000_000_000 + index * 1_700],
  ['more and more', (index: number) => Math.floor(Math.sqrt(index) * 1_000_000)],
  ['in one millisecond', () => 5],
])('users created %s take about one call a page, side by side', async (_how, timeOf) => {
  const users = 5_000
  const pageSize = 50
  const clerk = simulate({ times: Array.from({ length: users }, (_, index) => timeOf(index)), lostCursor: '422', calls: [], delays: [1], total: users })
  let seen = 0
  for await (const page of walkUsers(mirror.db, clerk.reader, { total: users, pageSize })) seen += page.size
  expect(seen).toBe(users)
  expect(clerk.calls()).toBeLessThanOrEqual(users / pageSize * 1.15)
})

it('ends when a list does not go on', async () => {
  const stuck: ClerkReader = { ...mirror.reader, list: async ({ limit }) => ({ users: [], listed: Array.from({ length: limit }, (_, index) => ({ id: `user_${index}`, createdAt: new Date(0).toISOString() })), unusable: [], date: new Date().toISOString() }) }
  await expect(Array.fromAsync(walkUsers(mirror.db, stuck, { total: 10, pageSize: 5 }))).rejects.toThrow(ClerkError)
})

it('waits for what is on its way before it throws', async () => {
  const { reader } = simulate({ times: Array.from({ length: 100 }, (_, index) => index * 10), lostCursor: '422', calls: [], delays: [1, 9], total: 100 })
  let onTheWay = 0
  let calls = 0
  const failing: ClerkReader = {
    ...reader,
    list: async (query) => {
      onTheWay++
      try {
        if (++calls === 4) throw new Error('a page failed')
        return await reader.list(query)
      }
      finally {
        onTheWay--
      }
    },
  }
  await expect(Array.fromAsync(walkUsers(mirror.db, failing, { total: 100, pageSize: 5 }))).rejects.toThrow('a page failed')
  expect(onTheWay).toBe(0)
})
