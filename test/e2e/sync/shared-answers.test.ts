import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isUnsettled, users } from '#db/schema.ts'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { startDatabaseProxy } from '#scripts/lib/database-proxy.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/*
 * Whatever changes, a guest is shown it: at once by the instance that wrote it, by the other one once the notice has come,
 * and within two seconds when none comes. What is right is what a member is told, who shares with nobody.
 */
const RUNS = Number(process.env.ROLLCALL_RUNS ?? 40)
/** What is kept may be two seconds old; the rest is for requests on a busy machine. */
const LATE_MS = 2_000
const SLACK_MS = 500
const TOKEN = 'a-token-for-this-test'

let proxy: DatabaseProxy
let rollcall: Rollcall
let reader: string
let people: string[]
let posts: string[]

beforeAll(async () => {
  rollcall = await startRollcall({
    instances: 2,
    env: { METRICS_TOKEN: TOKEN },
    route: async (url) => {
      proxy = await startDatabaseProxy(url)
      return proxy.url
    },
  })
  const create = (firstName: string) => rollcall.clerk.users.create({ firstName }).id
  reader = create('Reader')
  people = ['Ada', 'Ben', 'Cleo'].map(create)
  await rollcall.clerk.deliveries.settled()
  posts = []
  for (const [who, as] of people.entries()) await play({ kind: 'post', who, which: 0, by: 0, text: `By ${as}` })
})
afterAll(async () => {
  await rollcall?.stop()
  await proxy?.close()
})

const kinds = ['rename', 'ban', 'unban', 'delete', 'post', 'reply', 'edit', 'like', 'unlike', 'remove', 'restore', 'profile'] as const
const change = fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat(2), which: fc.nat(5), by: fc.nat(1), text: fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') }) })
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const member = async (path: string, { as, by, method, json }: { as: string, by: number, method?: string, json?: unknown }) =>
  rollcall.request(path, { as, app: rollcall.apps[by], method, json })

/** Makes a change by one of the instances; news of Clerk comes to the first one. */
async function play({ kind, who, which, by, text }: Change): Promise<void> {
  const { users: accounts, deliveries } = rollcall.clerk
  const as = people[who] ?? ''
  const post = posts[posts.length - 1 - which % posts.length] ?? ''
  if (kind === 'post' || kind === 'reply') {
    const answer = await member('/api/posts', { as, by, json: { body: text, parentId: kind === 'reply' ? post : null } })
    if (answer.status === 201) posts.push((await answer.json()).id)
    return
  }
  if (kind === 'like' || kind === 'unlike') return void await member(`/api/posts/${post}/like`, { as, by, method: kind === 'like' ? 'PUT' : 'DELETE' })
  if (kind === 'edit') return void await member(`/api/posts/${post}`, { as, by, method: 'PATCH', json: { body: text, editedAt: null } })
  if (kind === 'remove') return void await member(`/api/posts/${post}`, { as, by, method: 'DELETE' })
  if (kind === 'restore') return void await member(`/api/posts/${post}/restore`, { as, by, method: 'POST' })
  if (kind === 'profile') return void await member('/api/me/profile', { as, by, method: 'PATCH', json: { bio: text } })
  if (kind === 'rename') accounts.update(as, { firstName: text })
  else if (kind !== 'delete') accounts.setBanned(as, kind === 'ban')
  else {
    accounts.delete(as)
    people[who] = accounts.create({ firstName: text }).id
  }
  await deliveries.settled()
  // A job hides the posts of an author, or shows them again, some moments later.
  while ((await rollcall.db.select().from(users).where(isUnsettled(users)).limit(1)).length > 0) await sleep(5)
}

const paths = () => ['/api/posts', `/api/posts?author=${people[0]}`, `/api/posts?author=${people[0]}&kind=replies`, `/api/posts/${posts.at(-1)}`, `/api/posts/${posts.at(-2)}`, ...people.map(id => `/api/users/${id}`)]
const guest = async (path: string, by: number) => (await rollcall.request(path, { app: rollcall.apps[by] })).json()
const truth = (watched: string[]) => Promise.all(watched.map(async path => (await member(path, { as: reader, by: 1 })).json()))
const shown = (watched: string[], by: number) => Promise.all(watched.map(path => guest(path, by)))

/** Waits until this instance shows guests what is right. @returns how long that took after the change, ms */
async function rightAfter(changedAt: number, watched: string[], right: unknown[], by: number): Promise<number> {
  for (;;) {
    const askedAt = performance.now()
    const now = await shown(watched, by)
    if (JSON.stringify(withoutUrl(now)) === JSON.stringify(withoutUrl(right))) return askedAt - changedAt
    if (askedAt - changedAt > LATE_MS + SLACK_MS) expect(withoutUrl(now)).toEqual(withoutUrl(right))
    await sleep(5)
  }
}
/** The address in an error is that of the instance. */
const withoutUrl = (answers: unknown[]) => answers.map(answer => ({ ...answer as object, url: undefined }))

async function kept(by: number): Promise<number> {
  const metrics = await (await fetch(`${rollcall.apps[by]?.url}/api/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text()
  return Number(/^rollcall_shared_answers_total\{by="kept"\} (\d+)/m.exec(metrics)?.[1])
}

it(`after each of ${RUNS} changes guests see it by the instance that made it at once, and by the other within moments`, { timeout: 120_000 }, async () => {
  const before = await kept(1)
  await fc.assert(fc.asyncProperty(change, async (given) => {
    const watched = paths()
    await Promise.all([0, 1].map(by => shown(watched, by)))
    await play(given)
    const changedAt = performance.now()
    const isNewsOfClerk = ['rename', 'ban', 'unban', 'delete'].includes(given.kind)
    const right = await truth(watched)
    if (!isNewsOfClerk) expect(withoutUrl(await shown(watched, given.by))).toEqual(withoutUrl(right))
    for (const by of [0, 1]) expect(await rightAfter(changedAt, watched, right, by)).toBeLessThan(LATE_MS)
    for (const by of [0, 1]) expect(withoutUrl(await shown(watched, by))).toEqual(withoutUrl(right))
  }), { numRuns: RUNS, interruptAfterTimeLimit: 100_000, endOnFailure: true })
  // They did come from memory.
  expect(await kept(1) - before).toBeGreaterThan(RUNS)
})

it('with LISTEN frozen, guests see a change after two seconds at most', { timeout: 60_000 }, async () => {
  const frozen: number[] = []
  for (const kind of ['rename', 'post'] as const) {
    const watched = paths()
    await Promise.all([0, 1].map(by => shown(watched, by)))
    // Those that were frozen before are replaced in a moment, and stay in the list for another.
    const findListening = async () => (await rollcall.db.$client<{ port: number }[]>`
      select client_port as port from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'
    `).map(({ port }) => port).filter(port => !frozen.includes(port))
    await expect.poll(async () => (await findListening()).length).toBe(2)
    const listening = await findListening()
    expect(proxy.freeze(listening)).toBe(2)
    frozen.push(...listening)
    await play({ kind, who: 0, which: 0, by: 0, text: `${kind} unheard` })
    const changedAt = performance.now()
    const right = await truth(watched)
    expect(await rightAfter(changedAt, watched, right, 1)).toBeLessThan(LATE_MS + SLACK_MS)
    // Nothing old comes back, while nothing is heard and once it is again.
    for (const until = performance.now() + 5_500; performance.now() < until; await sleep(250)) {
      for (const by of [0, 1]) expect(withoutUrl(await shown(watched, by))).toEqual(withoutUrl(right))
    }
  }
})
