import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { v7 as uuidv7 } from 'uuid'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'

/*
 * First pages against a bare Node server that sends the same bytes, packed by gzip. Each server is a process of its own; the
 * load comes from this one. What nothing changes meanwhile is read once by guests; signed in, each request asks Postgres.
 */
const FULL = { posts: 1_000_000, users: 1_000, rounds: 5, roundMs: 2_000 }
const SMOKE: typeof FULL = { posts: 1_000, users: 100, rounds: 1, roundMs: 300 }

const Address = v.tuple([v.object({ url: v.string() })])

interface Answer { status: number, headers: Record<string, string>, body: Buffer }

function get(url: string, headers: Record<string, string>, agent: Agent): Promise<Answer> {
  return new Promise((done, fail) => {
    request(url, { agent, headers: { 'accept-encoding': 'gzip', ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => done({
        status: response.statusCode ?? 0,
        headers: { 'content-type': String(response.headers['content-type']), 'content-encoding': String(response.headers['content-encoding']) },
        body: Buffer.concat(chunks),
      }))
    }).once('error', fail).end()
  })
}

/** @returns answers a second */
async function measure(url: string, headers: Record<string, string>, connections: number, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let answers = 0
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() - began < ms) {
      const { status } = await get(url, headers, agent)
      if (status !== 200) throw new Error(`${url} answered ${status}.`)
      answers++
    }
  }))
  agent.destroy()
  return answers / (performance.now() - began) * 1_000
}

/** Fills the tables, all posts by people of the copy, some with likes. */
async function fill(databaseUrl: string, { posts, users }: typeof FULL): Promise<void> {
  const db = openDatabase(databaseUrl, { max: 1, silentMs: 600_000 })
  const sql = db.$client
  await sql`set statement_timeout = 0`
  await sql`
    insert into users (id, first_name, clerk_updated_at, clerk_created_at, synced_at, synced_by)
    select 'user_bench_' || n, 'Person ' || n, now(), now(), now(), 'webhook' from generate_series(1, ${users}::int) n`
  await sql`
    insert into posts (id, author_id, body, created_at)
    select gen_random_uuid(), 'user_bench_' || 1 + n % ${users}::int, 'A post, as long as many are: here I am, and who else is? ' || n, now() - n * interval '10 seconds'
    from generate_series(1, ${posts}::int) n`
  await sql`insert into likes (post_id, user_id) select id, 'user_bench_' || 1 + n from (select id from posts order by created_at desc limit 200) p, generate_series(1, 5) n`
  await sql`vacuum analyze`
  await closeDatabase(db)
}

export const run: Bench = async ({ smoke }) => {
  const size = smoke ? SMOKE : FULL
  const endings: (() => unknown)[] = []
  try {
    const postgres = await startTemporaryPostgres()
    endings.push(() => postgres.stop())
    const { app, clerk, stop } = await startAppWithClerk({ databaseUrl: postgres.url })
    endings.push(stop)
    await fill(postgres.url, size)
    const db = openDatabase(postgres.url)
    endings.push(() => closeDatabase(db))
    const member = clerk.users.create({ firstName: 'Reader' }).id
    await clerk.deliveries.settled()
    await insertPost(db, { id: uuidv7(), authorId: member, parentId: null, body: 'The newest.' })

    /** A bare server that sends what the app sends to a guest. */
    async function bare(url: string): Promise<{ url: string, bytes: number }> {
      const { headers, body } = await get(url, {}, new Agent())
      const server = fork('bench/lib/same-bytes.ts')
      endings.push(() => server.kill())
      server.send({ headers, body: body.toString('base64') })
      const [{ url: address }] = v.parse(Address, await once(server, 'message'))
      return { url: address, bytes: body.length }
    }

    const signedIn = async () => ({ authorization: `Bearer ${await clerk.session(member, { azp: app.url })}` })
    const pages = [
      { work: 'first page of posts', path: '/api/posts', connections: 16, reach: { guest: '≥ 0.35', member: '≥ 0.1' } },
      { work: 'feed page', path: '/', connections: 8, reach: { guest: undefined, member: undefined } },
    ]
    const measured = await Promise.all(pages.map(async page => ({ ...page, bare: await bare(app.url + page.path), rates: { bare: [] as number[], guest: [] as number[], member: [] as number[] } })))
    for (let round = 0; round <= size.rounds; round++) {
      // In turn, so that a slow minute of the machine falls on all of them. The first round does not count.
      for (const { path, connections, bare, rates } of measured) {
        for (const [who, url, headers] of [['bare', bare.url, {}], ['guest', app.url + path, {}], ['member', app.url + path, await signedIn()]] as const) {
          const rate = await measure(url, headers, connections, size.roundMs)
          if (round > 0) rates[who].push(rate)
        }
      }
    }
    return measured.flatMap(({ work, connections, bare, rates, reach }) => (['guest', 'member'] as const).map(who => compare(
      { work: `${work}, ${who === 'guest' ? 'guest' : 'signed in'}`, size: `${size.posts} posts, ${connections} connections, ${bare.bytes} bytes of gzip`, unit: 'a second', reach: reach[who] },
      rates[who],
      { name: 'a bare server, the same bytes', values: rates.bare },
    )))
  }
  finally {
    for (const end of endings.reverse()) await end()
  }
}
