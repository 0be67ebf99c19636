import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { v7 as uuidv7 } from 'uuid'
import * as v from 'valibot'
import { updateProfile } from '#db/queries/users.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { databaseNow } from '#db/queries/state.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import type { News } from '#server/sync/news.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { mirrorStates, tombstone } from '../support/mirror-rows.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const { data: fixtureUser, timestamp: happenedAt } = fixture('user.created')
const id = v.parse(v.string(), fixtureUser.id)
const deletedAt = happenedAt + 1_000

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2, clerk: { paused: true } })
})
afterAll(() => rollcall?.stop())
beforeEach(async () => {
  await rollcall.db.$client`truncate users, webhook_events cascade`
})

/** An event of this user, so long after the sign-up. */
async function send(type: string, { userId = id, afterMs = 0, instance = 0 } = {}): Promise<unknown> {
  const at = happenedAt + afterMs
  const user = { ...fixtureUser, id: userId, updated_at: at }
  const data = type === 'user.deleted' ? { id: userId, object: 'user', deleted: true } : type.startsWith('session.') ? { object: 'session', user_id: userId, user } : user
  const body = JSON.stringify({ object: 'event', type, data, timestamp: at, instance_id: rollcall.clerk.instanceId })
  const answer = await deliver(rollcall.apps[instance]?.url ?? '', rollcall.clerk.webhookSecret, body)
  expect(answer.status).toBe(200)
  return answer.json()
}

async function apply(news: News) {
  const [result] = await applyNews(rollcall.db, [news])
  if (!result || result instanceof Error) throw result ?? new Error('No result.')
  return result
}
const readNews = (beganAt: string, { byId = true, updatedAt = happenedAt } = {}): News =>
  ({ kind: 'read', source: byId ? 'request' : 'scan', by: byId ? 'id' : 'list', beganAt, user: v.parse(ClerkUser, { ...fixtureUser, updated_at: updatedAt }) })
const read = async (options: { byId?: boolean, updatedAt?: number } = {}) => apply(readNews(await databaseNow(rollcall.db), options))
/** Clerk's clock at its 404: half a minute after the sign-up. */
const goneAt = new Date(happenedAt + 30_000).toISOString()
const takeForGone = async () => apply({ kind: 'gone', source: 'scan', userId: id, beganAt: await nextMillisecond(), goneAt })

/** Later than all that is written: times are kept in milliseconds. */
async function nextMillisecond() {
  const before = await databaseNow(rollcall.db)
  for (;;) {
    const now = await databaseNow(rollcall.db)
    if (now > before) return now
  }
}

const rows = () => mirrorStates(rollcall.db, [id])
const profiles = () => rollcall.db.$client`select user_id, bio from profiles`

describe('after a signed delete', () => {
  it.each(['user.created', 'user.updated', 'session.created'])('%s, older or newer, is stale', async (type) => {
    await send('user.created')
    await send('user.deleted', { afterMs: 1_000 })
    for (const afterMs of [0, 500, 1_000, 60_000]) expect(await send(type, { afterMs })).toEqual({ outcome: 'stale' })
    expect(await rows()).toEqual([tombstone(id, deletedAt)])
    expect(await rollcall.db.$client`select distinct reason from webhook_events where outcome = 'stale'`).toEqual([{ reason: 'deleted' }])
  })

  it('of one never seen, the sign-up that comes later is stale', async () => {
    expect(await send('user.deleted', { afterMs: 1_000 })).toEqual({ outcome: 'applied' })
    expect(await send('user.created')).toEqual({ outcome: 'stale' })
    expect(await rows()).toEqual([tombstone(id, deletedAt)])
  })

  it('a second delete applies and changes nothing; the earlier time is kept', async () => {
    await send('user.deleted', { afterMs: 1_000 })
    expect(await send('user.deleted', { afterMs: 2_000 })).toEqual({ outcome: 'applied' })
    expect(await rows()).toEqual([tombstone(id, deletedAt)])
    await send('user.deleted', { afterMs: 500 })
    expect(await rows()).toEqual([tombstone(id, happenedAt + 500)])
  })

  it('a read that finds the user, by id or in a list, lifts nothing', async () => {
    await send('user.deleted', { afterMs: 1_000 })
    await nextMillisecond()
    for (const byId of [true, false]) expect(await read({ byId, updatedAt: happenedAt + 60_000 })).toMatchObject({ outcome: 'stale', written: false })
    expect(await rows()).toEqual([tombstone(id, deletedAt)])
  })
})

describe('after a delete that a scan inferred', () => {
  beforeEach(async () => {
    await send('user.created')
    await updateProfile(rollcall.db, id, { bio: 'Still here.' })
    await insertPost(rollcall.db, { id: uuidv7(), authorId: id, parentId: null, body: 'Still here.' })
    expect(await takeForGone()).toMatchObject({ outcome: 'applied', written: true })
  })

  const shown = async () => v.parse(v.object({ posts: v.array(v.object({ body: v.string() })) }), await (await rollcall.request('/api/posts')).json()).posts

  it('a signed delete seals it, and takes the profile', async () => {
    expect(await profiles()).toHaveLength(1)
    expect(await send('user.deleted', { afterMs: 1_000 })).toEqual({ outcome: 'applied' })
    expect(await profiles()).toEqual([])
    await nextMillisecond()
    expect(await read()).toMatchObject({ written: false })
    expect(await rows()).toEqual([tombstone(id, deletedAt)])
  })

  it('an update from before the 404 stays stale, and a list that shows the user lifts nothing', async () => {
    expect(await send('user.updated', { afterMs: 30_500 })).toEqual({ outcome: 'stale' })
    await nextMillisecond()
    expect(await read({ byId: false })).toMatchObject({ written: false })
    expect(await rows()).toMatchObject([{ firstName: null, email: null, deletedBy: 'scan' }])
  })

  it('a signed event from after the 404 lifts it, with bio and posts intact', async () => {
    expect(await send('user.updated', { afterMs: 60_000 })).toEqual({ outcome: 'applied' })
    expect(await rows()).toMatchObject([{ id, firstName: fixtureUser.first_name, deletedAt: null }])
    expect(await profiles()).toEqual([{ user_id: id, bio: 'Still here.' }])
    expect(await shown()).toEqual([{ body: 'Still here.' }])
  })

  it('a read by id lifts it, with bio and posts intact', async () => {
    expect(await shown()).toEqual([])
    await nextMillisecond()
    expect(await read()).toMatchObject({ outcome: 'applied', written: true })
    expect(await rows()).toMatchObject([{ id, firstName: fixtureUser.first_name, deletedAt: null }])
    expect(await profiles()).toEqual([{ user_id: id, bio: 'Still here.' }])
    expect(await shown()).toEqual([{ body: 'Still here.' }])
  })

  it('a read by id that began before it lifts nothing', async () => {
    const beganAt = await databaseNow(rollcall.db)
    await nextMillisecond()
    await apply({ kind: 'read', source: 'request', by: 'id', beganAt: await nextMillisecond(), user: v.parse(ClerkUser, fixtureUser) })
    await takeForGone()
    expect(await apply(readNews(beganAt))).toMatchObject({ written: false })
    expect(await rows()).toMatchObject([{ deletedBy: 'scan' }])
  })
})

it('a row synced after the scan began is not taken for gone', async () => {
  const beganAt = await databaseNow(rollcall.db)
  await nextMillisecond()
  await send('user.created')
  expect(await apply({ kind: 'gone', source: 'scan', userId: id, beganAt, goneAt })).toMatchObject({ outcome: 'stale', written: false })
  expect(await rows()).toMatchObject([{ deletedAt: null }])
})

describe('a write that races the delete', () => {
  const ROUNDS = 60

  it.each([
    ['of someone here', true],
    ['of someone whose webhook never came', false],
  ])('%s leaves no profile and no visible post behind', { timeout: 60_000 }, async (_who, known) => {
    const written = { before: 0, refused: 0 }
    let tookMs = 10
    for (let round = 0; round < ROUNDS; round++) {
      const { id: userId } = rollcall.clerk.users.create({ firstName: 'Racer' })
      if (known) await send('user.created', { userId })
      const other = rollcall.apps[1]
      const beganAt = performance.now()
      const writes = Promise.all([
        rollcall.request('/api/me/profile', { as: userId, method: 'PATCH', json: { bio: 'Too late?' } }),
        rollcall.request('/api/posts', { as: userId, json: { body: 'Too late?' }, app: other }),
        rollcall.request('/api/me/profile', { as: userId, method: 'PATCH', json: { country: 'FR' }, app: other }),
        rollcall.request('/api/posts', { as: userId, json: { body: 'Too late?' } }),
      ])
      // At a different moment of the writes each time, as long as they take just now.
      const deleted = sleep(tookMs * (round % 12) / 9).then(() => send('user.deleted', { userId, afterMs: 1_000, instance: round % 2 }))
      const answers = await writes
      tookMs = performance.now() - beganAt
      await deleted
      for (const answer of answers) {
        expect([200, 201, 403]).toContain(answer.status)
        if (answer.ok) written.before++
        else written.refused++
      }
    }
    expect(await profiles()).toEqual([])
    expect(await (await rollcall.request('/api/posts')).json()).toMatchObject({ posts: [] })
    expect(await rollcall.db.$client`select id from users where deleted_at is null or synced_by <> 'webhook' or first_name is not null`).toEqual([])
    expect(written.before, 'writes that came before the delete').toBeGreaterThan(0)
    expect(written.refused, 'writes that came after it').toBeGreaterThan(0)
  })
})
