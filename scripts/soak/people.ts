import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import type { RunningApp } from '#scripts/lib/server.ts'
import { pick, repeat } from './world.ts'
import type { World } from './world.ts'

const Posts = v.object({ posts: v.array(v.object({ id: v.string(), author: v.object({ id: v.string() }) })) })
const Post = v.object({ id: v.string() })

const TIMEOUT_MS = 40_000
/** A session token of Clerk holds a minute. */
const TOKEN_MS = 40_000

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
const reasonOf = (error: unknown): string => error instanceof Error ? error.cause instanceof Error ? `${error.cause.name} ${error.cause.message}` : error.message : String(error)

type Ask = (path: string, options?: { as?: string, method?: string, json?: unknown }) => Promise<unknown>

/** Sends requests as members and guests to any instance. What is answered 5xx or 401, or not at all, is noted. */
function createAsk({ apps, clerk, log }: World): Ask {
  const tokens = new Map<string, { token: string, until: number }>()
  async function tokenOf(id: string, app: RunningApp): Promise<string> {
    const key = `${id} ${app.url}`
    const kept = tokens.get(key)
    if (kept && kept.until > Date.now()) return kept.token
    const token = await clerk.session(id, { azp: app.url })
    tokens.set(key, { token, until: Date.now() + TOKEN_MS })
    return token
  }
  return async (path, { as, method = 'GET', json } = {}) => {
    const app = pick(apps)
    if (!app) return null
    const headers: Record<string, string> = {}
    if (as) headers.authorization = `Bearer ${await tokenOf(as, app)}`
    if (json !== undefined) headers['content-type'] = 'application/json'
    const answer = await fetch(`${app.url}${path}`, { method, headers, body: json === undefined ? undefined : JSON.stringify(json), signal: AbortSignal.timeout(TIMEOUT_MS) })
      .catch((error: unknown) => {
        throw new Error(`${method} ${path} of ${app.url} was not answered: ${reasonOf(error)}.`, { cause: error })
      })
    log.answered(answer.status)
    const text = await answer.text()
    if (answer.status >= 500 || answer.status === 401) log.note(`${method} ${path} was answered ${answer.status}.`)
    return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null
  }
}

/** People who read, post, reply, like and take back, as guests and as members. */
export function startPeople(world: World, { readers, writers }: { readers: number, writers: number }): Promise<void>[] {
  const ask = createAsk(world)
  let known: { id: string, author: { id: string } }[] = []

  async function read() {
    const as = Math.random() < 0.5 ? pick(world.members)?.id : undefined
    const feed = v.safeParse(Posts, await ask('/api/posts?limit=20', { as }))
    if (feed.success) known = feed.output.posts
    const post = pick(known)
    if (!post) return
    await ask(pick(['/', `/posts/${post.id}`, `/users/${post.author.id}`, `/api/posts/${post.id}`, `/api/users/${post.author.id}`]) ?? '/', { as })
    if (!as) return
    await ask('/api/me', { as })
    await ask(`/api/users?q=${pick(['a', 'zo', 'lee', 'user'])}`, { as })
  }

  async function write() {
    const as = pick(world.members)?.id
    const made = v.safeParse(Post, await ask('/api/posts', { as, method: 'POST', json: { body: `Soaking since ${new Date().toISOString()}` } }))
    const post = pick(known)
    if (!post) return
    await ask('/api/posts', { as, method: 'POST', json: { body: 'A reply.', parentId: post.id } })
    await ask(`/api/posts/${post.id}/like`, { as, method: Math.random() < 0.7 ? 'PUT' : 'DELETE' })
    await ask('/api/me/profile', { as, method: 'PATCH', json: { bio: `Here at ${Date.now()}` } })
    // Most are taken back, so that the tables stay about as large as they are.
    if (made.success && Math.random() < 0.8) await ask(`/api/posts/${made.output.id}`, { as, method: 'DELETE' })
  }

  return [
    ...Array.from({ length: readers }, () => repeat(world, 200, read)),
    ...Array.from({ length: writers }, () => repeat(world, 400, write)),
  ]
}

/** Pages that open, listen for some seconds, and leave. */
export function startListeners(world: World, count: number): Promise<void>[] {
  const listen = () => new Promise<void>((done) => {
    const app = pick(world.apps)
    const request = get(`${app?.url}/api/live`, { agent: false }, response => response.on('error', () => {}).resume())
    request.on('error', () => {})
    request.once('close', () => done())
    const leave = () => request.destroy()
    world.signal.addEventListener('abort', leave, { once: true })
    void sleep(Math.random() * 10_000).then(() => {
      world.signal.removeEventListener('abort', leave)
      leave()
    })
  })
  return Array.from({ length: count }, () => repeat(world, 50, listen))
}

/** Clients that ask for the stream and read nothing of it; each that is closed is followed by another. */
export function startStalled(world: World, count: number): Promise<void>[] {
  const stall = () => new Promise<void>((done) => {
    const { hostname, port } = new URL(pick(world.apps)?.url ?? '')
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => {
      socket.write('GET /api/live HTTP/1.1\r\nhost: localhost\r\n\r\n')
      socket.pause()
    })
    socket.on('error', () => {})
    socket.once('close', () => done())
    world.signal.addEventListener('abort', () => socket.destroy(), { once: true })
  })
  return Array.from({ length: count }, () => repeat(world, 1_000, stall))
}
