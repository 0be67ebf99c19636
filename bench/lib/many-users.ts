import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { fixture } from '#scripts/lib/delivery.ts'

/*
 * The part of Clerk's Backend API that a scan reads, in a process of its own, for so many users that they are made when
 * they are asked for: `node bench/lib/many-users.ts --users 1000000 --latency 200`. It holds no users, so that its memory
 * and its sorting are not what a bench measures. The more time has passed, the more sign up: half of them in the last 29 %.
 */
const option = (name: string, otherwise: number) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || otherwise
const USERS = option('users', 10_000)
const LATENCY_MS = option('latency', 0)
const START = 1_600_000_000_000
const SPAN = 5 * 365 * 86_400_000

const createdAt = (index: number) => START + Math.floor(SPAN * Math.sqrt(index / USERS))
const idOf = (index: number) => `user_bench${String(index).padStart(17, '0')}`

/** The first user who was created after this time. */
function firstAfter(time: number): number {
  let [low, high] = [0, USERS]
  while (low < high) {
    const middle = (low + high) >> 1
    if (createdAt(middle) > time) high = middle
    else low = middle + 1
  }
  return low
}

/** A user's JSON is long and differs in little, so it is made once and cut where it differs. */
const template = JSON.stringify({ ...fixture('user.created').data, id: '~id', username: '~name', first_name: 'Bench', created_at: '~created', updated_at: '~created' })
const parts = template.split(/"?~(?:id|name|created)"?/)
const names = template.match(/~(?:id|name|created)/g) ?? []

function userJson(index: number): string {
  const values: Record<string, string> = { '~id': `"${idOf(index)}"`, '~name': `"bench_${index}"`, '~created': String(createdAt(index)) }
  return parts.map((part, place) => part + (values[names[place] ?? ''] ?? '')).join('')
}

const time = v.optional(v.pipe(v.string(), v.transform(Number)))
const Query = v.object({ limit: time, created_at_after: time, created_at_before: time, starting_after: v.optional(v.string()) })

function rangeOf(query: v.InferOutput<typeof Query>): [from: number, to: number] {
  const after = query.created_at_after === undefined ? 0 : firstAfter(query.created_at_after)
  const cursor = query.starting_after === undefined ? 0 : Number(query.starting_after.slice('user_bench'.length)) + 1
  return [Math.max(after, cursor), query.created_at_before === undefined ? USERS : firstAfter(query.created_at_before - 1)]
}

let calls = 0
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/calls') return response.end(String(calls))
  calls++
  if (LATENCY_MS) await sleep(LATENCY_MS)
  response.setHeader('content-type', 'application/json')
  const query = v.parse(Query, Object.fromEntries(searchParams))
  const [from, to] = rangeOf(query)
  if (pathname === '/v1/instance') return response.end(JSON.stringify({ object: 'instance', id: `ins_${'0'.repeat(27)}` }))
  if (pathname === '/v1/users/count') return response.end(JSON.stringify({ object: 'total_count', total_count: Math.max(0, to - from) }))
  if (pathname !== '/v1/users') return response.writeHead(404).end('{}')
  const count = Math.max(0, Math.min(query.limit ?? 10, to - from))
  response.end(`[${Array.from({ length: count }, (_, place) => userJson(from + place)).join(',')}]`)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
})
process.on('disconnect', () => process.exit())
