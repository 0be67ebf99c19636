import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClerkReader } from '#server/sync/clerk.ts'
import { scan } from '#server/sync/scan/scan.ts'
import { walkUsers } from '#server/sync/scan/walk.ts'
import type { Mirror } from '../support/mirror.ts'
import { namesOnBothSides, startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeEach(async () => {
  mirror = await startMirror()
})
afterEach(() => mirror.stop())

const run = (kind: 'backfill' | 'reconcile', options: Omit<Parameters<typeof scan>[2], 'kind'> = {}) => scan(mirror.db, mirror.reader, { kind, ...options })

function createUsers(count: number, createdAt: (index: number) => number = index => 1_700_000_000_000 + index * 1000): string[] {
  return Array.from({ length: count }, (_, index) => mirror.clerk.users.create({ firstName: `Person ${index}`, createdAt: createdAt(index) }, { silent: true }).id)
}

async function expectEqual() {
  const { clerk, ours } = await namesOnBothSides(mirror)
  expect(ours).toEqual(clerk)
}

describe('backfill', () => {
  it('brings in everyone, and a second one writes nothing', async () => {
    createUsers(1_234)
    const first = await run('backfill')
    expect(first.counts).toEqual({ seen: 1_234, total: 1_234, written: 1_234 })
    expect(first.report.driftCounts).toEqual({ missing: 1_234, stale: 0, gone: 0, revived: 0 })
    await expectEqual()
    const second = await run('backfill')
    expect(second.counts.written).toBe(0)
    expect(second.report.driftCounts.missing).toBe(0)
  })

  it('goes on within a millisecond that fills pages', async () => {
    const ids = createUsers(40, index => index < 10 ? 1_000 + index : index < 33 ? 5_000 : 6_000 + index)
    const seen: string[] = []
    for await (const page of walkUsers(mirror.db, mirror.reader, { total: 40, pageSize: 5 })) seen.push(...page.users.map(user => user.id))
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(seen).toHaveLength(40)
  })

  it('skips no one when people are deleted while it walks', async () => {
    const ids = createUsers(60)
    const seen: string[] = []
    for await (const page of walkUsers(mirror.db, mirror.reader, { total: 60, pageSize: 10 })) {
      seen.push(...page.users.map(user => user.id))
      const earliest = mirror.clerk.users.list().sort((a, b) => a.createdAt - b.createdAt).slice(0, 3)
      for (const user of earliest) mirror.clerk.users.delete(user.id)
    }
    const left = mirror.clerk.users.list().map(user => user.id)
    expect(ids.filter(id => left.includes(id) && !seen.includes(id))).toEqual([])
  })

  it('tells how far it is once a second, not once a page', async () => {
    createUsers(2_600)
    const told: number[] = []
    const began = performance.now()
    await run('backfill', { onProgress: ({ seen }) => void told.push(seen) })
    expect(told[0]).toBeGreaterThan(0)
    expect(told.length).toBeLessThanOrEqual(1 + (performance.now() - began) / 1_000)
  })

  it('leaves the gone alone', async () => {
    const [first] = createUsers(3)
    await run('backfill')
    mirror.clerk.users.delete(first ?? '')
    await run('backfill')
    expect(await mirror.db.$client`select 1 from users where deleted_at is null`).toHaveLength(3)
  })
})

describe('reconcile', () => {
  it('finds exactly what was lost and repairs it, and a second run finds nothing', async () => {
    const ids = createUsers(600)
    await run('backfill')
    const lost = ids.filter((_, index) => index % 10 === 3)
    const renamed = lost.slice(0, 30)
    const deleted = lost.slice(30, 50)
    const missing = createUsers(25, index => 1_800_000_000_000 + index)
    for (const id of renamed) mirror.clerk.users.update(id, { firstName: 'Renamed' })
    for (const id of deleted) mirror.clerk.users.delete(id)

    const dry = await run('reconcile', { dryRun: true })
    for (const { report } of [dry, await run('reconcile')]) {
      expect(new Set(report.drift.missing)).toEqual(new Set(missing))
      expect(new Set(report.drift.stale)).toEqual(new Set(renamed))
      expect(new Set(report.drift.gone)).toEqual(new Set(deleted))
    }
    expect(dry.counts.written).toBe(0)
    await expectEqual()
    expect((await run('reconcile')).report.driftCounts).toEqual({ missing: 0, stale: 0, gone: 0, revived: 0 })
  })

  it('with the key of an empty instance refuses to delete, until it is forced', async () => {
    const ids = createUsers(20)
    await run('backfill')
    for (const id of ids) mirror.clerk.users.delete(id)
    const { report } = await run('reconcile')
    expect(report.refused).toEqual({ found: 20, limit: 10 })
    expect(await mirror.db.$client`select 1 from users where deleted_at is not null`).toHaveLength(0)
    expect((await run('reconcile', { maxDelete: 19 })).report.refused).not.toBeNull()
    expect((await run('reconcile', { force: true })).report.driftCounts.gone).toBe(20)
  })

  it('that is interrupted deletes nothing', async () => {
    const ids = createUsers(1_200)
    await run('backfill')
    for (const id of ids.slice(0, 5)) mirror.clerk.users.delete(id)
    let pages = 0
    const cut: ClerkReader = { ...mirror.reader, list: query => ++pages === 2 ? Promise.reject(new Error('cut off')) : mirror.reader.list(query) }
    await expect(scan(mirror.db, cut, { kind: 'reconcile' })).rejects.toThrow('cut off')
    expect(await mirror.db.$client`select 1 from users where deleted_at is not null`).toHaveLength(0)
  })

  it.each([429, 500])('takes no one for gone when the second look answers %i', async (status) => {
    const ids = createUsers(5)
    await run('backfill')
    mirror.clerk.users.delete(ids[0] ?? '')
    const { report } = await scan(mirror.db, {
      ...mirror.reader,
      user: (id) => {
        mirror.clerk.faults.set({ backend: { status } })
        return mirror.reader.user(id).finally(() => mirror.clerk.faults.clear())
      },
    }, { kind: 'reconcile' })
    expect(report.unconfirmed).toEqual([ids[0]])
    expect(report.driftCounts.gone).toBe(0)
    expect(await mirror.db.$client`select 1 from users where deleted_at is not null`).toHaveLength(0)
  })

  it('lifts a wrong "gone", with bio and posts intact', async () => {
    const [id = ''] = createUsers(3)
    await run('backfill')
    await mirror.db.$client`insert into profiles (user_id, bio) values (${id}, 'still me')`
    const wrong = { ...mirror.reader, user: async () => ({ user: null, date: new Date().toISOString() }), list: async () => ({ users: [], listed: [], unusable: [], date: new Date().toISOString() }) }
    expect((await scan(mirror.db, wrong, { kind: 'reconcile' })).report.driftCounts.gone).toBe(3)
    const { report } = await run('reconcile')
    expect(report.drift.revived).toContain(id)
    expect(await mirror.db.$client`select bio from profiles where user_id = ${id}`).toMatchObject([{ bio: 'still me' }])
    await expectEqual()
  })

  it('does not touch whom a webhook brought while it ran', async () => {
    createUsers(10)
    await run('backfill')
    const late = mirror.clerk.users.create({ firstName: 'Late', createdAt: 1_600_000_000_000 }, { silent: true })
    mirror.clerk.users.delete(late.id)
    const { report } = await run('reconcile', {
      onProgress: async () => {
        await mirror.db.$client`insert into users (id, clerk_created_at, clerk_updated_at, synced_at, synced_by) values (${late.id}, '2020-09-13', '2020-09-13', clock_timestamp(), 'webhook') on conflict do nothing`
      },
    })
    expect(report.driftCounts.gone).toBe(0)
  })

  it('looks up by id who does not know when Clerk made them', async () => {
    const [known = ''] = createUsers(2)
    await mirror.db.$client`insert into users (id, synced_at, synced_by) values (${known}, now() - interval '1 minute', 'request'), ('user_nobody', now() - interval '1 minute', 'request')`
    const { report } = await run('reconcile')
    expect(report.drift.gone).toEqual(['user_nobody'])
    expect(await mirror.db.$client`select first_name, deleted_at from users where id = ${known}`).toMatchObject([{ first_name: 'Person 0', deleted_at: null }])
  })
})
