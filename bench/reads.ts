import { Agent, createServer, request } from 'node:http'
import { v7 as uuidv7 } from 'uuid'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { insertPost } from '#db/queries/posts.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { root, startAppWithClerk } from '#scripts/lib/rollcall.ts'
import { median } from './lib/load.ts'

/*
 * First pages against a bare Node server that sends the same bytes, packed by gzip: `node bench/reads.ts [posts]`.
 * What nothing changes meanwhile is read once by guests; signed in, each request asks Postgres.
 */
const POSTS = Number(process.argv[2] ?? 100_000)
const USERS = 1_000
const ROUNDS = 5
const ROUND_MS = 2_000

await buildApp({ cwd: root })
const postgres = await startTemporaryPostgres()
const { app, clerk, stop } = await startAppWithClerk({ databaseUrl: postgres.url })
const db = openDatabase(postgres.url)
await db.$client`
  insert into users (id, first_name, clerk_updated_at, clerk_created_at, synced_at, synced_by)
  select 'user_bench_' || n, 'Person ' || n, now(), now(), now(), 'webhook' from generate_series(1, ${USERS}::int) n`
await db.$client`
  insert into posts (id, author_id, body, created_at)
  select gen_random_uuid(), 'user_bench_' || 1 + n % ${USERS}::int, 'A post, as long as many are: here I am, and who else is? ' || n, now() - n * interval '10 seconds'
  from generate_series(1, ${POSTS}::int) n`
await db.$client`insert into likes (post_id, user_id) select id, 'user_bench_' || 1 + n from (select id from posts order by created_at desc limit 200) p, generate_series(1, 5) n`
await db.$client`vacuum analyze`
const member = clerk.users.create({ firstName: 'Reader' }).id
await clerk.deliveries.settled()
await insertPost(db, { id: uuidv7(), authorId: member, parentId: null, body: 'The newest.' })

interface Answer { status: number, headers: Record<string, string>, body: Buffer }

function get(url: string, headers: Record<string, string>, agent: Agent): Promise<Answer> {
  return new Promise((done, fail) => {
    request(url, { agent, headers: { 'accept-encoding': 'gzip', ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => done({ status: response.statusCode ?? 0, headers: { 'content-type': String(response.headers['content-type']), 'content-encoding': String(response.headers['content-encoding']) }, body: Buffer.concat(chunks) }))
    }).once('error', fail).end()
  })
}

/** @returns answers a second */
async function measure(url: string, headers: Record<string, string>, connections: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let answers = 0
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() - began < ROUND_MS) {
      const { status } = await get(url, headers, agent)
      if (status !== 200) throw new Error(`${url} answered ${status}.`)
      answers++
    }
  }))
  agent.destroy()
  return answers / (performance.now() - began) * 1_000
}

/** A bare server that sends what the app sends. */
async function bare(url: string): Promise<{ url: string, bytes: number, close(): void }> {
  const { headers, body } = await get(url, {}, new Agent())
  const server = createServer((_, response) => response.writeHead(200, { ...headers, 'content-length': body.length }).end(body))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, bytes: body.length, close: () => void server.close() }
}

const [posts, page] = [`${app.url}/api/posts`, `${app.url}/`]
const [barePosts, barePage] = [await bare(posts), await bare(page)]
const guest = async () => ({})
const signedIn = async () => ({ authorization: `Bearer ${await clerk.session(member, { azp: app.url })}` })
const lines = [
  { name: 'posts, a bare server', url: barePosts.url, headers: guest, connections: 16, baseline: 0 },
  { name: 'posts, a guest', url: posts, headers: guest, connections: 16, baseline: 0 },
  { name: 'posts, signed in', url: posts, headers: signedIn, connections: 16, baseline: 0 },
  { name: 'feed page, a bare server', url: barePage.url, headers: guest, connections: 8, baseline: 3 },
  { name: 'feed page, a guest', url: page, headers: guest, connections: 8, baseline: 3 },
  { name: 'feed page, signed in', url: page, headers: signedIn, connections: 8, baseline: 3 },
].map(line => ({ ...line, rates: [] as number[] }))

console.log(`${POSTS} posts, ${USERS} users; gzip: posts ${barePosts.bytes} bytes at 16 connections, page ${barePage.bytes} bytes at 8; median of ${ROUNDS} rounds of ${ROUND_MS / 1_000} s after one to warm up`)
for (let round = 0; round <= ROUNDS; round++) {
  // In turn, so that a slow minute of the machine falls on all of them.
  for (const line of lines) {
    const rate = await measure(line.url, await line.headers(), line.connections)
    if (round > 0) line.rates.push(rate)
  }
}
console.table(lines.map(({ name, rates, baseline }) => ({
  'what': name,
  'a second': Math.round(median(rates)),
  'of the bare server': Number((median(rates) / median(lines[baseline]?.rates ?? [])).toFixed(3)),
  'rounds': rates.map(Math.round).join(' '),
})))

barePosts.close()
barePage.close()
await closeDatabase(db)
await stop()
await postgres.stop()
process.exit(0)
