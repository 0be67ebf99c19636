import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertPendingUser } from '#db/queries/mirror.ts'
import { databaseNow } from '#db/queries/state.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import { parseEvent } from '#server/sync/receive/parse.ts'
import type { News } from '#server/sync/news.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import { deliver } from '#scripts/lib/delivery.ts'
import { mirrorStates, stateOf, tombstone } from '../support/mirror-rows.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import type { SimulatedEvent } from '../support/simulated-clerk.ts'
import { anyStep, changes, simulateClerk } from '../support/simulated-clerk.ts'

/*
 * Whatever is lost, doubled, delayed or reordered, the table ends equal to the one that in-order, exactly-once delivery makes,
 * and to what Clerk holds. A failure prints its seed and path; to run that history again, and then to shrink it further:
 *   ROLLCALL_SEED=-123456 ROLLCALL_PATH=17:2:0 npx vitest run --project e2e test/e2e/sync/convergence.test.ts
 */
const { ROLLCALL_SEED, ROLLCALL_PATH, ROLLCALL_RUNS } = process.env
const runs = Number(ROLLCALL_RUNS ?? 500)
const TIME_LIMIT_MS = Math.max(150_000, runs * 300)

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2, clerk: { paused: true } })
})
afterAll(() => rollcall?.stop())

/** When something happens: so many steps of Clerk later, and in any order among what happens then. */
const delay = (max: number) => fc.record({ steps: fc.nat(max), order: fc.nat(1000) })

const step = fc.record({
  what: anyStep({ users: 4, changes }),
  /** Where the attempts at its delivery go and when; the last one always arrives, the others may be lost on the way. */
  attempts: fc.array(fc.record({ after: delay(12), instance: fc.nat(1), lost: fc.boolean() }), { minLength: 1, maxLength: 3 }),
})

/** A read of Clerk: it begins, looks, and is written, each some time after the one before. */
const read = fc.record({
  kind: fc.constantFrom('scan', 'request', 'unreachable'),
  user: fc.nat(3),
  begins: delay(10),
  looks: delay(1),
  isWritten: delay(5),
})

const history = fc.record({
  users: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  reads: fc.array(read, { maxLength: 8 }),
  /** How many deliveries and writes are in flight at once. */
  concurrency: fc.integer({ min: 1, max: 8 }),
  twoInstances: fc.boolean(),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

it(`${runs} histories end as if each event had come once and in order`, { timeout: TIME_LIMIT_MS + 30_000 }, async () => {
  let run = 0
  // A second try finds the rows of the first.
  const attempt = randomUUID().slice(0, 8)
  const tally = { deliveries: 0, reads: 0, stale: 0 }
  await fc.assert(fc.asyncProperty(history, async (given) => {
    run++
    const [shuffled, ordered] = [idsOf(given.users, `user_${attempt}${run}s`), idsOf(given.users, `user_${attempt}${run}o`)]
    const [clerk] = await Promise.all([playShuffled(given, shuffled, tally), playInOrder(given, ordered)])

    const rows = await mirrorStates(rollcall.db, shuffled)
    const inOrder = await mirrorStates(rollcall.db, ordered)
    expect(rows).toEqual(inOrder.map(row => ({ ...row, id: row.id.replace(`${run}o`, `${run}s`) })))
    expect(rows).toMatchObject([...clerk.states()].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([id, state]) => state.is === 'here' ? stateOf(state.user) : tombstone(id, state.at)))
  }), {
    numRuns: runs,
    seed: ROLLCALL_SEED ? Number(ROLLCALL_SEED) : undefined,
    path: ROLLCALL_PATH,
    // Ends the search for a smaller history too, so that the seed is printed whatever happens.
    interruptAfterTimeLimit: TIME_LIMIT_MS,
    markInterruptAsFailure: true,
  })
  // The histories are of use only where they do get out of order.
  if (runs >= 500) {
    expect(tally.stale).toBeGreaterThan(runs / 2)
    expect(tally.reads).toBeGreaterThan(runs / 2)
  }
})

const idsOf = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}_${index}`)

const bodyOf = (event: SimulatedEvent) => JSON.stringify({ ...event, object: 'event', instance_id: rollcall.clerk.instanceId })

async function send(event: SimulatedEvent, id: string, instance: number): Promise<string> {
  const app = rollcall.apps[instance] ?? rollcall.app
  const answer = await deliver(app.url, rollcall.clerk.webhookSecret, bodyOf(event), { id })
  if (answer.status !== 200) throw new Error(`A delivery was answered ${answer.status}: ${await answer.text()}`)
  const { outcome } = v.parse(v.object({ outcome: v.picklist(['applied', 'stale']) }), await answer.json())
  return outcome
}

/** As a delivery is read and written, without the way there. */
async function playInOrder({ steps }: History, ids: string[]): Promise<void> {
  const clerk = simulateClerk(ids)
  for (const [index, { what }] of steps.entries()) {
    for (const [part, event] of clerk.step(what).entries()) {
      const news = parseEvent(bodyOf(event), { id: `msg_${ids[0]}_${index}_${part}`, receivedAt: performance.now() }, rollcall.clerk.instanceId)
      const [result] = await applyNews(rollcall.db, [news])
      if (!result || result instanceof Error) throw result ?? new Error('No result.')
    }
  }
}

interface Action { at: number, order: number, run(): Promise<unknown> | undefined }

/**
 * Clerk's steps happen at 0, 1, 2 …; what follows from each, its own delay later. Nothing is delivered or seen before it happened:
 * what happens at Clerk, and the moment of a look, are not waited for, but writes are in flight together.
 */
async function playShuffled({ steps, reads, concurrency, twoInstances }: History, ids: string[], tally: { deliveries: number, reads: number, stale: number }) {
  const clerk = simulateClerk(ids)
  const actions: Action[] = []
  const schedule = (after: number, { steps, order }: { steps: number, order: number }, run: Action['run']) =>
    void actions.push({ at: after + steps, order, run })

  for (const [index, { what, attempts }] of steps.entries()) {
    let events: SimulatedEvent[] = []
    actions.push({ at: index, order: -1, run: () => {
      events = clerk.step(what)
      return undefined
    } })
    for (const [attempt, { after, instance, lost }] of attempts.entries()) {
      if (lost && attempt < attempts.length - 1) continue
      schedule(index, after, () => Promise.all(events.map(async (event, part) => {
        const outcome = await send(event, `msg_${ids[0]}_${index}_${part}`, twoInstances ? instance : 0)
        tally.deliveries++
        if (outcome === 'stale') tally.stale++
      })))
    }
  }
  for (const { kind, user, begins, looks, isWritten } of reads) {
    const id = ids[user % ids.length]
    if (!id) continue
    let beganAt: Promise<string> | undefined
    let seen: Promise<News[]> | undefined
    schedule(0, begins, () => beganAt = databaseNow(rollcall.db))
    const look = async () => {
      // Clerk is asked once Postgres has said what time it is, as in server/sync/provision.ts.
      const began = await beganAt ?? await databaseNow(rollcall.db)
      return newsOf(kind, id, began, clerk.look(), clerk.deleted())
    }
    schedule(begins.steps, { ...looks, order: 1001 + looks.order }, () => seen = look())
    schedule(begins.steps + looks.steps, { ...isWritten, order: 2002 + isWritten.order }, async () => {
      tally.reads++
      if (kind === 'unreachable') return clerk.states().has(id) && insertPendingUser(rollcall.db, id)
      for (const result of await applyNews(rollcall.db, await seen ?? [])) if (result instanceof Error) throw result
    })
  }
  await inFlight(actions.sort((a, b) => a.at - b.at || a.order - b.order), concurrency)
  return clerk
}

/** Clerk's clock at the 404 of a scan: later than every event, so that only a read or a signed delete decides. */
const GONE_AT = '2100-01-01T00:00:00.000Z'

/** What a scan of all, or a just-in-time read of one, brings of what it saw. */
function newsOf(kind: string, id: string, beganAt: string, here: { id: string }[], gone: string[]): News[] {
  const users = here.filter(user => kind === 'scan' || user.id === id).map(user => v.parse(ClerkUser, user))
  if (kind !== 'scan') return users.map((user): News => ({ kind: 'read', user, source: 'request', by: 'id', beganAt }))
  return [
    ...users.map((user): News => ({ kind: 'read', user, source: 'scan', by: 'list', beganAt })),
    ...gone.map((userId): News => ({ kind: 'gone', userId, source: 'scan', beganAt, goneAt: GONE_AT })),
  ]
}

async function inFlight(actions: Action[], limit: number): Promise<void> {
  const running = new Set<Promise<unknown>>()
  for (const action of actions) {
    const started = action.run()
    if (!started) continue
    const ended: Promise<unknown> = started.finally(() => running.delete(ended))
    running.add(ended)
    if (running.size >= limit) await Promise.race(running)
  }
  await Promise.all(running)
}
