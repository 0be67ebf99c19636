import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { ClerkReader } from '#server/sync/clerk.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { check } from '#server/sync/scan/check.ts'
import { startScan } from '#server/sync/scan/run.ts'
import type { Mirror } from '../support/mirror.ts'
import { startMirror } from '../support/mirror.ts'

/*
 * Deliveries are lost for good, and only the check runs: the table ends equal to Clerk's. A failure prints its seed and path:
 *   ROLLCALL_SEED=-123456 ROLLCALL_PATH=17:2:0 npx vitest run --project e2e test/e2e/sync/healing.test.ts
 */
const { ROLLCALL_SEED, ROLLCALL_PATH, ROLLCALL_RUNS } = process.env
const runs = Number(ROLLCALL_RUNS ?? 30)

let mirror: Mirror
/** Clerk's clock, which goes on between the steps. */
let ahead = 0
const later = (seconds: number) => ahead += seconds * 1_000
beforeAll(async () => {
  mirror = await startMirror({ now: () => Date.now() + ahead })
})
afterAll(() => mirror?.stop())

const names = ['Ann', 'Zoë Renée', '李伟', 'محمد', '👩‍👩‍👧‍👦', 'a\u0301\u0302\u0303', ' ', 'x'.repeat(300), 'ﷺ'.repeat(40), '㌖'.repeat(120)]
const step = fc.record({
  what: fc.constantFrom('create', 'rename', 'rename many', 'swap', 'ban', 'delete', 'touch', 'delivered', 'ahead', 'wrongly gone', 'check', 'late check', 'cut check', 'locked check', 'scan'),
  user: fc.nat(35),
  name: fc.constantFrom(...names),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const guard = () => createGuard(mirror.db, mirror.reader)
/** A check a while later, when every change is past its grace. */
function runCheck(clerk: ClerkReader = mirror.reader, seconds = 20) {
  later(seconds)
  return check(mirror.db, clerk, guard(), { everySeconds: 0 })
}

async function play({ what, user: index, name }: Step) {
  const { users } = mirror.clerk
  const user = users.list().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))[index]
  switch (what) {
    case 'create': return users.create({ firstName: name }, { silent: true })
    case 'check': return runCheck()
    case 'late check': return runCheck(mirror.reader, 3_600)
    case 'rename many': return users.list().forEach((one, place) => place % 2 === index % 2 && users.update(one.id, { firstName: name }, { silent: true }))
    case 'scan': return (await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'schedule' }))?.done
    case 'cut check': return runCheck({ ...mirror.reader, count: () => Promise.reject(new Error('the process ended')) }).catch(() => {})
  }
  if (!user) return
  switch (what) {
    case 'rename': return users.update(user.id, { firstName: name, lastName: null }, { silent: true })
    case 'swap': return users.update(user.id, { lastName: name }, { silent: true })
    case 'ban': return users.setBanned(user.id, true, { silent: true })
    case 'delete': return users.delete(user.id, { silent: true })
    case 'touch': return users.touch(user.id)
    case 'delivered': return deliver(user.id)
    // An event of another clock froze the row a minute ago; what the person did then is lost.
    case 'ahead': {
      await mirror.db.$client`update users set first_name = 'Frozen', clerk_updated_at = '2099-01-01', synced_at = clock_timestamp() - interval '1 minute' where id = ${user.id} and deleted_at is null`
      return users.update(user.id, { firstName: name }, { silent: true })
    }
    // A scan took them for gone, and then they change something.
    case 'wrongly gone': {
      await applyNews(mirror.db, [{ kind: 'gone', userId: user.id, source: 'scan', beganAt: await databaseNow(mirror.db), goneAt: new Date(Date.now() + ahead).toISOString() }])
      later(2)
      users.update(user.id, { lastName: name }, { silent: true })
      return deliver(user.id)
    }
    // An hour passes while the row is locked: the mark must not pass what failed.
    case 'locked check': {
      const holder = openDatabase(mirror.databaseUrl, { max: 1, silentMs: 60_000 })
      await holder.$client.begin(async (sql) => {
        await sql`set local idle_in_transaction_session_timeout = 0`
        await sql`select 1 from users where id = ${user.id} for update`
        await runCheck()
        await runCheck(mirror.reader, 3_600)
      }).finally(() => closeDatabase(holder))
    }
  }
}

/** A signed event with what Clerk has now. */
async function deliver(id: string) {
  const { user } = await mirror.reader.user(id)
  return user && applyNews(mirror.db, [{ kind: 'user', user, event: { id: `msg_${id}_${user.clerkUpdatedAt}`, type: 'user.updated', userId: id, occurredAt: user.clerkUpdatedAt, receivedAt: 0 } }])
}

/** Someone who signs up by a clock of Clerk's that is ahead of Postgres's, is copied, and leaves. */
const goneWhoCameLate: Step[] = (['late check', 'create', 'check', 'delete'] as const).map(what => ({ what, user: 35, name: 'Ann' }))

const Row = v.looseObject({ id: v.string() })

it(`${runs} histories whose deliveries are lost for good end equal to Clerk's by the check alone`, { timeout: 240_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
    ahead = 0
    for (const user of mirror.clerk.users.list()) mirror.clerk.users.delete(user.id, { silent: true })
    await mirror.db.$client`truncate users, webhook_events, sync_runs cascade`
    await mirror.db.$client`update sync_state set seen_until = null, compared_at = null, checked_at = null, check_began_at = null, "check" = null`
    mirror.clerk.users.import({ count: 35, createdAt: [Date.now() - 86_400_000, Date.now() - 7_200_000], updatedAt: [Date.now() - 7_200_000, Date.now() - 3_600_000] })
    // The first full comparison, which a check asks for.
    await runCheck()
    await (await startScan(mirror.db, mirror.reader, guard(), { kind: 'reconcile', startedBy: 'check' }))?.done

    for (const one of steps) await play(one)

    // What came by webhook a moment ago is not judged by a list, which may lag.
    await mirror.db.$client`update users set synced_at = synced_at - interval '11 seconds' where deleted_at is null`
    for (let n = 0; n < 4; n++) await runCheck()
    const ours = v.parse(v.array(Row), await mirror.db.$client`
      select id, username, first_name as "firstName", last_name as "lastName", image_url as "imageUrl", email, banned from users where deleted_at is null order by id
    `)
    const { users: theirs } = await mirror.reader.list({ orderBy: '+created_at', limit: 500 })
    expect(ours).toEqual(theirs.map(({ id, username, firstName, lastName, imageUrl, email, banned }: ClerkUser) => ({ id, username, firstName, lastName, imageUrl, email, banned })).sort((a, b) => a.id < b.id ? -1 : 1))
    const last = await runCheck()
    expect(last).toMatchObject({ repairs: [], left: 0 })
  }), { numRuns: runs, examples: [[goneWhoCameLate]], seed: ROLLCALL_SEED ? Number(ROLLCALL_SEED) : undefined, path: ROLLCALL_PATH, endOnFailure: true })
})
