import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckState } from '#db/queries/state.ts'
import { findCheckState } from '#db/queries/state.ts'
import { findRepairs } from '#db/queries/runs.ts'
import { openDatabase, closeDatabase } from '#db/client.ts'
import type { ClerkReader } from '#server/sync/clerk.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check, gapAfterMs } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import type { Mirror } from '../support/mirror.ts'
import { namesOnBothSides, startMirror } from '../support/mirror.ts'

let mirror: Mirror
beforeEach(async () => {
  mirror = await startMirror()
})
afterEach(() => mirror.stop())

const LONG_AGO = Date.now() - 3_600_000
const guard = () => createGuard(mirror.db, mirror.reader)
const runCheck = (reader: ClerkReader = mirror.reader, everySeconds = 0) => check(mirror.db, reader, guard(), { everySeconds })
const state = (): Promise<CheckState> => findCheckState(mirror.db)
const create = (firstName: string) => mirror.clerk.users.create({ firstName }, { silent: true }).id

/** A copy that was compared whole, of so many users who changed an hour ago. */
async function compared(count: number) {
  mirror.clerk.users.import({ count, createdAt: [LONG_AGO - 86_400_000, LONG_AGO - 3_600_000], updatedAt: [LONG_AGO - 3_600_000, LONG_AGO] })
  const started = await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' })
  await started?.done
  await runCheck()
}

/** Changes users without a delivery, not all in one millisecond: that would be an import. */
async function change(ids: string[], patch: { firstName?: string, lastName?: string }) {
  for (const [index, id] of ids.entries()) {
    if (index % 100 === 0) await sleep(2)
    mirror.clerk.users.update(id, patch, { silent: true })
  }
}

async function expectEqual() {
  const { clerk, ours } = await namesOnBothSides(mirror)
  expect(ours).toEqual(clerk)
}

/** Clerk's list, older by so many ms than it is: what changed is past its grace. */
const later = (ms: number): ClerkReader => ({
  ...mirror.reader,
  list: async (query) => {
    const page = await mirror.reader.list(query)
    return { ...page, date: new Date(Date.parse(page.date) + ms).toISOString() }
  },
})

describe('a check', () => {
  it('costs two calls when nothing is new, and moves the mark by Clerk\'s clock', async () => {
    await compared(30)
    const before = await state()
    await sleep(1_100)
    const since = Date.now()
    expect(await runCheck()).toEqual({ repairs: [], left: 0, needs: null })
    const calls = mirror.clerk.backendRequests({ since }).map(({ method, path }) => `${method} ${path}`)
    // The guard of this test asks once more for the instance; a process asks once in its life.
    expect(calls.filter(call => call !== 'GET /v1/instance')).toEqual(['GET /v1/users', 'GET /v1/users/count'])
    const after = await state()
    expect(Date.parse(after.seenUntil ?? '')).toBeGreaterThan(Date.parse(before.seenUntil ?? ''))
    expect(after.check).toMatchObject({ counts: { clerk: 30, ours: 30, unstorable: 0 }, differed: 0, left: [], failure: null, needs: null })
    expect(await mirror.db.$client`select 1 from sync_runs where kind = 'check'`).toHaveLength(0)
  })

  it('leaves a young change to its webhook once, then repairs it, and says so with ids', async () => {
    await compared(5)
    const [{ id = '' } = {}] = mirror.clerk.users.list()
    mirror.clerk.users.update(id, { firstName: 'Renamed' }, { silent: true })
    const mark = (await state()).seenUntil
    expect(await runCheck()).toMatchObject({ repairs: [], left: 1 })
    expect((await state()).check?.left).toEqual([id])
    expect(Date.parse((await state()).seenUntil ?? '')).toBeLessThan(mirror.clerk.users.get(id)?.updatedAt ?? 0)
    expect(Date.parse((await state()).seenUntil ?? '')).toBeGreaterThanOrEqual(Date.parse(mark ?? ''))
    // Left once: the next look repairs it, however young it is.
    expect(await runCheck()).toMatchObject({ repairs: [{ id, kind: 'stale' }], left: 0 })
    await expectEqual()
    expect(await mirror.db.$client`select synced_by from users where id = ${id}`).toEqual([{ synced_by: 'check' }])
    expect(await mirror.db.$client`select kind, started_by, report -> 'drift' -> 'stale' as stale from sync_runs where kind = 'check'`).toEqual([{ kind: 'check', started_by: 'check', stale: [id] }])
    expect(await findRepairs(mirror.db)).toMatchObject({ count: 1, users: [{ id, name: expect.stringContaining('Renamed'), kind: 'stale' }] })
  })

  it('brings in who was created and what was changed without one webhook, page by page', async () => {
    await compared(800)
    const changed = mirror.clerk.users.list().slice(0, 700)
    await change(changed.map(({ id }) => id), { firstName: 'Changed' })
    const missing = create('New')
    const checked = await runCheck(later(60_000))
    expect(checked?.repairs).toHaveLength(701)
    expect(checked?.repairs).toContainEqual(expect.objectContaining({ id: missing, kind: 'missing' }))
    await expectEqual()
  })

  it('skips when another instance checked less than an interval ago, and when one is checking', async () => {
    await compared(3)
    expect(await runCheck(mirror.reader, 60)).toBeNull()
    const other = openDatabase(mirror.databaseUrl, { max: 2 })
    try {
      mirror.clerk.faults.set({ backend: { latencyMs: 300 } })
      const [one, two] = await Promise.all([runCheck(), check(other, mirror.reader, createGuard(other, mirror.reader), { everySeconds: 0 })])
      expect([one, two].filter(result => result !== null)).toHaveLength(1)
    }
    finally {
      mirror.clerk.faults.clear()
      await closeDatabase(other)
    }
  })

  it('asks for a full scan when the copy was never compared, and leaves the mark alone', async () => {
    create('First')
    expect(await runCheck(later(60_000))).toMatchObject({ needs: 'never-compared' })
    // It is an import: no webhook was missed.
    expect((await findRepairs(mirror.db)).count).toBe(0)
    expect(await state()).toMatchObject({ seenUntil: null, comparedAt: null })
  })

  it('asks for a full scan when an import fills a page with one updated_at', async () => {
    await compared(10)
    mirror.clerk.users.import({ count: 1_200, createdAt: Date.now() - 60_000, updatedAt: Date.now() - 60_000 })
    const mark = (await state()).seenUntil
    // The Date header has whole seconds.
    await sleep(1_100)
    expect(await runCheck()).toMatchObject({ needs: 'import' })
    expect((await state()).seenUntil).toBe(mark)
    const started = await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' })
    await started?.done
    await expectEqual()
    expect((await state()).check?.needs).toBeNull()
    expect(Date.parse((await state()).seenUntil ?? '')).toBeGreaterThan(Date.parse(mark ?? ''))
  })

  it('asks for a full scan when more changed than 20 pages hold, and leaves the mark alone', { timeout: 60_000 }, async () => {
    await compared(10)
    mirror.clerk.users.import({ count: 9_800, createdAt: Date.now() - 60_000, updatedAt: [Date.now() - 60_000, Date.now() - 20_000] })
    const mark = (await state()).seenUntil
    expect(await runCheck()).toMatchObject({ needs: 'behind' })
    expect((await state()).seenUntil).toBe(mark)
  })

  it('asks for a full scan after a gap, in which deliveries may have been lost, until one has finished', async () => {
    await compared(10)
    const checkAfterGap = () => check(mirror.db, mirror.reader, guard(), { everySeconds: 0, gapMs: gapAfterMs(60) })
    expect(await checkAfterGap()).toMatchObject({ needs: null })
    const mark = (await state()).seenUntil
    await mirror.db.$client`update sync_state set checked_at = checked_at - interval '11 minutes'`
    for (let checks = 0; checks < 2; checks++) expect(await checkAfterGap()).toMatchObject({ needs: 'gap' })
    expect((await state()).seenUntil).toBe(mark)
    const started = await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' })
    await started?.done
    expect((await state()).check?.needs).toBeNull()
    expect(await checkAfterGap()).toMatchObject({ needs: null })
  })

  it('starts over when the list moved while it was read, and misses no one', async () => {
    await compared(1_600)
    await change(mirror.clerk.users.list().slice(0, 1_500).map(({ id }) => id), { lastName: 'Moved' })
    let pages = 0
    const moving: ClerkReader = {
      ...later(60_000),
      list: async (query) => {
        // Behind its back, as many are deleted as two pages share, so that nothing is repeated.
        if (++pages === 3) for (const { id } of mirror.clerk.users.list().sort((a, b) => b.updatedAt - a.updatedAt).slice(0, 600)) mirror.clerk.users.delete(id, { silent: true })
        return later(60_000).list(query)
      },
    }
    await runCheck(moving)
    const behind = await mirror.db.$client`select id from users where last_name is distinct from 'Moved' and id = any(${mirror.clerk.users.list().filter(user => user.lastName === 'Moved').map(user => user.id)})`
    expect(behind).toEqual([])
  })

  it('with Clerk silent changes nothing but what is known of it, and goes on from the same mark', async () => {
    await compared(5)
    const { seenUntil } = await state()
    mirror.clerk.faults.set({ backend: { status: 503 } })
    await expect(runCheck()).rejects.toThrow('503')
    expect(await state()).toMatchObject({ seenUntil, check: { failure: { code: 'status', status: 503 }, counts: { clerk: 5 } } })
    mirror.clerk.faults.clear()
    const id = create('Meanwhile')
    expect(await runCheck(later(60_000))).toMatchObject({ repairs: [{ id, kind: 'missing' }] })
    expect((await state()).check?.failure).toBeNull()
  })

  it('cut off in the middle skips nothing: the mark has not moved', async () => {
    await compared(1_200)
    await change(mirror.clerk.users.list().map(({ id }) => id), { lastName: 'Cut' })
    let pages = 0
    const cut: ClerkReader = { ...later(60_000), list: query => ++pages === 3 ? Promise.reject(new Error('the process ended')) : later(60_000).list(query) }
    await expect(runCheck(cut)).rejects.toThrow('the process ended')
    await runCheck(later(60_000))
    await expectEqual()
  })
})

describe('when the counts differ for three checks', () => {
  const thrice = async () => {
    for (let n = 0; n < 3; n++) await runCheck(later(60_000))
  }

  it('finds who is gone among thousands by halving, and asks only for the few that may be', async () => {
    await compared(3_000)
    const gone = mirror.clerk.users.list().filter((_, index) => index % 1_000 === 7).map(({ id }) => id)
    for (const id of gone) mirror.clerk.users.delete(id, { silent: true })
    const since = Date.now()
    await thrice()
    await expectEqual()
    const rows = await mirror.db.$client`select id, synced_by, deleted_at is not null as deleted from users where id = any(${gone})`
    expect(rows).toHaveLength(3)
    for (const row of rows) expect(row).toMatchObject({ deleted: true, synced_by: 'check' })
    expect(mirror.clerk.backendRequests({ since }).length).toBeLessThan(40)
    expect((await findRepairs(mirror.db)).users.map(({ kind }) => kind)).toEqual(['gone', 'gone', 'gone'])
  })

  it('finds whom an import backdated', async () => {
    await compared(700)
    mirror.clerk.users.import({ count: 3, createdAt: LONG_AGO - 40_000_000, updatedAt: LONG_AGO - 7_200_000 })
    await thrice()
    await expectEqual()
  })

  it('counts apart whom the table cannot hold, and forgets them when Clerk does', async () => {
    await compared(3)
    const id = create('a\0b')
    expect(await runCheck(later(60_000))).toMatchObject({ repairs: [] })
    expect((await state()).check).toMatchObject({ counts: { clerk: 4, ours: 3, unstorable: 1 }, differed: 0, unstorable: [id] })
    mirror.clerk.users.delete(id, { silent: true })
    await thrice()
    expect((await state()).check).toMatchObject({ counts: { clerk: 3, ours: 3, unstorable: 0 }, differed: 0, unstorable: [] })
  })

  it('deletes no more than a reconcile would', async () => {
    await compared(30)
    for (const { id } of mirror.clerk.users.list().slice(0, 20)) mirror.clerk.users.delete(id, { silent: true })
    await thrice()
    expect(await mirror.db.$client`select 1 from users where deleted_at is not null`).toHaveLength(0)
    expect((await state()).check).toMatchObject({ differed: 3, counts: { clerk: 10, ours: 30 } })
  })
})

describe('what moves without an event', () => {
  it('updated_at alone is carried on silently, and is no repair', async () => {
    await compared(3)
    const [{ id = '' } = {}] = mirror.clerk.users.list()
    await mirror.db.$client`update users set synced_by = 'webhook' where id = ${id}`
    mirror.clerk.users.touch(id)
    expect(await runCheck(later(60_000))).toMatchObject({ repairs: [], left: 0 })
    const updatedAt = mirror.clerk.users.get(id)?.updatedAt ?? 0
    expect(await mirror.db.$client`select synced_by, clerk_updated_at = ${new Date(updatedAt).toISOString()}::timestamptz as carried from users where id = ${id}`).toEqual([{ synced_by: 'webhook', carried: true }])
  })

  it('a row ahead of Clerk is put right by a read of that user, once it is settled', async () => {
    await compared(3)
    const [{ id = '' } = {}] = mirror.clerk.users.list()
    mirror.clerk.users.update(id, { firstName: 'True' }, { silent: true })
    await mirror.db.$client`update users set first_name = 'Wrong', clerk_updated_at = '2099-01-01', synced_at = clock_timestamp() where id = ${id}`
    expect(await runCheck(later(60_000))).toMatchObject({ repairs: [] })
    await mirror.db.$client`update users set synced_at = clock_timestamp() - interval '11 seconds' where id = ${id}`
    expect(await runCheck(later(60_000))).toMatchObject({ repairs: [{ id, kind: 'stale' }] })
    await expectEqual()
  })
})

it('one locked row stops neither its neighbours nor the check; it is said, and repaired later', async () => {
  await compared(20)
  const [{ id = '' } = {}, ...others] = mirror.clerk.users.list()
  for (const user of mirror.clerk.users.list()) mirror.clerk.users.update(user.id, { lastName: 'Behind' }, { silent: true })
  const holder = openDatabase(mirror.databaseUrl, { max: 1 })
  try {
    await holder.$client.begin(async (sql) => {
      await sql`select 1 from users where id = ${id} for update`
      expect((await runCheck(later(60_000)))?.repairs).toHaveLength(others.length)
      expect((await state()).check?.failed).toEqual([id])
      expect(Date.parse((await state()).seenUntil ?? '')).toBeLessThan(mirror.clerk.users.get(id)?.updatedAt ?? 0)
    })
  }
  finally {
    await closeDatabase(holder)
  }
  expect(await runCheck(later(60_000))).toMatchObject({ repairs: [{ id, kind: 'stale' }] })
  await expectEqual()
  expect((await state()).check?.failed).toEqual([])
})
