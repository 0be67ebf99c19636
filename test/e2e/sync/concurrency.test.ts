import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import * as v from 'valibot'
import { recordFailedEvent } from '#db/queries/events.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { mirrorStates } from '../support/mirror-rows.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const { data: user, timestamp: happenedAt } = fixture('user.updated')
const id = v.parse(v.string(), user.id)

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2, clerk: { paused: true } })
})
afterAll(() => rollcall?.stop())
beforeEach(async () => {
  await rollcall.db.$client`truncate users, webhook_events cascade`
})

/** The `n`th update, to either instance. */
async function send(n: number, instance: number, messageId: string) {
  const body = JSON.stringify({
    object: 'event', type: 'user.updated', timestamp: happenedAt + n, instance_id: rollcall.clerk.instanceId,
    data: { ...user, first_name: `Name ${n}`, updated_at: happenedAt + n },
  })
  const answer = await deliver(rollcall.apps[instance % 2]?.url ?? '', rollcall.clerk.webhookSecret, body, { id: messageId })
  expect(answer.status).toBe(200)
  return v.parse(v.object({ outcome: v.string() }), await answer.json()).outcome
}

const events = () => rollcall.db.$client`select id, outcome, deliveries from webhook_events order by id`
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

it('one user updated by 50 deliveries at once on two instances ends at the newest', async () => {
  for (let round = 0; round < 10; round++) {
    await rollcall.db.$client`truncate users, webhook_events cascade`
    const numbers = range(50).map(n => (n * 37 + round * 11) % 50)
    const outcomes = await Promise.all(numbers.map((n, place) => send(n, place, `msg_${n}`)))
    expect(await mirrorStates(rollcall.db, [id])).toMatchObject([{ firstName: 'Name 49', clerkUpdatedAt: happenedAt + 49, clerkEventAt: happenedAt + 49 }])
    expect(outcomes[numbers.indexOf(49)]).toBe('applied')
    expect(await events()).toHaveLength(50)
  }
})

it('one event delivered 40 times at once to both instances is one row, counted 40 times', async () => {
  for (let round = 0; round < 10; round++) {
    await rollcall.db.$client`truncate users, webhook_events cascade`
    const outcomes = await Promise.all(range(40).map(n => send(7, n, 'msg_same')))
    expect(new Set(outcomes)).toEqual(new Set(['applied']))
    expect(await rollcall.db.$client`select count(*)::int as count from users`).toEqual([{ count: 1 }])
    expect(await events()).toEqual([{ id: 'msg_same', outcome: 'applied', deliveries: 40 }])
  }
})

it.each([['applied', 7], ['stale', 3]])('a failure noted late does not relabel what has been %s since', async (outcome, n) => {
  await send(5, 0, 'msg_first')
  expect(await send(n, 0, 'msg_retried')).toBe(outcome)
  await recordFailedEvent(rollcall.db, { id: 'msg_retried', type: 'user.updated', userId: id, reason: 'internal', details: null, durationMs: 1 })
  expect(await events()).toMatchObject([{}, { id: 'msg_retried', outcome, deliveries: 2 }])
})
