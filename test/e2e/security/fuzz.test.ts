import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import type { Actor, Actors } from '../support/actors.ts'
import { createActors } from '../support/actors.ts'
import type { Hostile } from '../support/hostile.ts'
import { hostileRequests } from '../support/hostile.ts'
import { sendRaw } from '../support/raw-http.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** `ROLLCALL_TEST_LONG=1` sends fifty thousand; `ROLLCALL_TEST_SEED` sends the same again. */
const LONG = Boolean(process.env.ROLLCALL_TEST_LONG)
const REQUESTS = LONG ? 50_000 : 1_500
const seed = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 2 ** 31)
const AT_ONCE = 24

const token = 'metrics-of-the-tests'
/** Of people who are not the sender: nobody but their owner, or an admin, may be told. */
const birthday = '1971-03-09'
const mailMarker = 'secretbox'
/** Where nothing of ours failed: too many asked, or what is asked for is not there for a moment. */
const asDesigned = [429, 503]

let rollcall: Rollcall
let everyone: Actors
let ids: string[] = []

beforeAll(async () => {
  rollcall = await startRollcall({ env: { METRICS_TOKEN: token, CRON_TOKEN: 'scheduler-of-the-tests' } })
  everyone = await createActors(rollcall)
  const { author, other, member, admin } = everyone.ids
  for (const id of [author, other]) {
    rollcall.clerk.users.update(id, { lastName: 'Keeper' })
    await rollcall.db.$client`insert into profiles (user_id, bio, birthday) values (${id}, 'Hello', ${birthday})`
  }
  await rollcall.clerk.deliveries.settled()
  await rollcall.db.$client`update users set email = ${mailMarker} || id || '@example.com' where deleted_at is null`
  const posts = Array.from({ length: 20 }, () => uuidv7())
  for (const [index, id] of posts.entries()) await insertPost(rollcall.db, { id, authorId: index % 2 ? author : other, parentId: index % 3 && posts[0] !== id ? posts[0] ?? null : null, body: `Number ${index}` })
  ids = [...posts, author, other, member, admin, everyone.ids.deleted]
})
afterAll(() => rollcall?.stop())

const send = (request: Hostile<Actor>) => sendRaw(rollcall.app.url, {
  ...request,
  headers: [...Object.entries(everyone.headers(request.sender, request.body && request.body.length % 2 ? 'cookie' : 'bearer')), ...request.headers],
})

/** Sends them all, a few at a time. @returns how often each status was answered */
async function sendAll(requests: fc.Arbitrary<Hostile<Actor>>, count: number, markers: string[], offset: number): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {}
  const faults: string[] = []
  const batch = 500
  for (let sent = 0; sent < count; sent += batch) {
    const waiting = fc.sample(requests, { numRuns: Math.min(batch, count - sent), seed: seed + offset + sent })
    const work = async () => {
      for (let request = waiting.pop(); request; request = waiting.pop()) {
        const { status, text } = await send(request)
        statuses[status ?? 'none'] = (statuses[status ?? 'none'] ?? 0) + 1
        const leaked = markers.filter(marker => text.includes(marker))
        if (leaked.length > 0 || ((status ?? 0) >= 500 && !asDesigned.includes(status ?? 0))) {
          faults.push(`${status} ${leaked.join()} ${request.sender} ${request.method} ${request.target.slice(0, 300)} ${JSON.stringify(request.headers).slice(0, 400)} ${request.body?.toString().slice(0, 200)} → ${text.slice(-300)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    if (faults.length > 0) break
  }
  expect(faults, `seed ${seed}`).toEqual([])
  return statuses
}

/** All that is here, but what the senders may change: what they wrote themselves. */
async function ofOthers() {
  const sql = rollcall.db.$client
  const mine = [everyone.ids.member]
  return {
    users: await sql`select * from users order by id`,
    profiles: await sql`select * from profiles where user_id <> all(${mine}) order by user_id`,
    posts: await sql`select * from posts where author_id <> all(${mine}) order by id`,
    likes: await sql`select * from likes where user_id <> all(${mine}) order by 1, 2`,
    mentions: await sql`select m.* from mentions m join posts p on p.id = m.post_id where p.author_id <> all(${mine}) order by 1, 2`,
    events: await sql`select * from webhook_events order by id`,
    runs: await sql`select id, kind, started_by, finished_at from sync_runs order by id`,
  }
}

async function memory() {
  const text = await (await fetch(`${rollcall.app.url}/api/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20
}

it(`${REQUESTS} requests that are not meant well: no failure, no change without a right, nobody's data, flat memory`, async () => {
  const before = await ofOthers()
  const requests = hostileRequests<Actor>(['nobody', 'member', 'member', 'member', 'banned', 'deleted', 'foreign', 'expired', 'forged'], ids)
  const markers = [birthday, mailMarker]
  // What is compiled and kept once comes first.
  await sendAll(requests, Math.min(REQUESTS / 5, 3_000), markers, 0)
  await sleep(1_000)
  const resident = [await memory()]
  const parts = 5
  for (let part = 0; part < parts; part++) {
    const statuses = await sendAll(requests, REQUESTS / parts, markers, 1_000_000 * (part + 1))
    await sleep(LONG ? 5_000 : 500)
    resident.push(await memory())
    console.warn(`seed ${seed}: ${JSON.stringify(statuses)}, ${resident.at(-1)?.toFixed(0)} MiB`)
  }
  expect(await ofOthers()).toEqual(before)
  // A Node process keeps what it once had from the system, so it grows for a while; what leaks grows on.
  const [early = 0, late = Infinity] = [resident[2], resident.at(-1)]
  expect(late, resident.join()).toBeLessThan(early * 1.15 + 32)
  expect(rollcall.app.process.exitCode).toBeNull()
}, LONG ? 1_800_000 : 120_000)

it('an admin\'s requests, which pass the guards: no failure, and no birthday', async () => {
  const requests = hostileRequests<Actor>(['admin', 'bare'], ids, methods => methods.filter(method => method === 'GET'))
  await sendAll(requests, REQUESTS / 5, [birthday], 20_000_000)
}, LONG ? 1_800_000 : 120_000)

it('while many send slowly, others are answered, and whoever sends slowly is cut off or leaves without a trace', async () => {
  const { hostname, port } = new URL(rollcall.app.url)
  const beginnings = ['GET / HT', 'GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ', 'POST /api/posts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{"body":"', 'POST /api/webhooks HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n']
  const sockets = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(Number(port), hostname).on('error', () => {})
    socket.resume().write(beginnings[index % beginnings.length] ?? '')
    return socket
  })
  for (let round = 0; round < 5; round++) {
    await sleep(100)
    for (const socket of sockets) if (socket.writable) socket.write('x')
    expect((await rollcall.request('/api/posts')).status).toBe(200)
  }
  for (const socket of sockets) socket.destroy()
  expect((await rollcall.request('/api/health')).status).toBe(200)
})
