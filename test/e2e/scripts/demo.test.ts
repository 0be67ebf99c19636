import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { freePort, isFree } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'
import type { Running } from '../support/process.ts'
import { run } from '../support/process.ts'

let data: string
/** The app's, each time. */
let port: number
beforeAll(async () => {
  port = await freePort()
  data = await mkdtemp(join(tmpdir(), 'rollcall-demo-'))
  // As root, Postgres runs as another user, who must be able to enter.
  await chmod(data, 0o755)
})
afterAll(() => rm(data, { recursive: true, force: true }))

const demo = (port: number, clerkPort: number) => run(process.execPath, ['scripts/demo.ts', '--no-build', '--data', data, '--port', String(port), '--clerk-port', String(clerkPort)])

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  }
  catch {
    return false
  }
}

interface Demo { clerkPort: number, running: Running, postmaster: number }

async function startDemo(): Promise<Demo> {
  const clerkPort = await freePort()
  const running = demo(port, clerkPort)
  await running.says('Rollcall is here', 60_000)
  return { clerkPort, running, postmaster: Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]) }
}

async function expectEverything({ clerkPort, running, postmaster }: Demo) {
  expect(running.output()).toMatch(/Sign in as +\S+@example\.com +password \S+/)
  const authors = new Set<string>()
  const faces = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { posts: { author: { id: string, name: string, imageUrl: string | null } }[], nextCursor: string | null } = await (await fetch(`http://localhost:${port}/api/posts?limit=100${cursor && `&cursor=${cursor}`}`)).json()
    page.posts.forEach(({ author }) => {
      authors.add(author.id)
      if (author.imageUrl) faces.add(author.imageUrl)
    })
    cursor = page.nextCursor
  }
  expect(authors.size).toBe(25)
  // Pictures are where the local Clerk is now.
  expect([...faces].filter(face => !face.startsWith(`http://localhost:${clerkPort}/avatars/`))).toEqual([])
  expect(faces.size).toBeGreaterThan(10)

  // What the demo keeps names its server, its secret and its instance.
  const home = await mkdtemp(join(tmpdir(), 'rollcall-send-'))
  await symlink(data, join(home, '.data'))
  const sent = run(process.execPath, [join(root, 'scripts/send-webhook.ts'), 'user.updated', '--id', [...authors][0] ?? ''], {}, home)
  expect(await sent.ended, sent.output()).toBe(0)
  expect(sent.output()).toContain(`to the demo, http://localhost:${port}/api/webhooks\n200 `)
  await rm(home, { recursive: true })
  expect(isAlive(postmaster)).toBe(true)
}

async function expectNothingLeft({ clerkPort, running, postmaster }: Demo, signal: NodeJS.Signals) {
  running.process.kill(signal)
  expect(await running.ended).toBe(0)
  expect(isAlive(postmaster)).toBe(false)
  expect(await isFree(port)).toBe(true)
  expect(await isFree(clerkPort)).toBe(true)
}

it('brings up everything, and leaves nothing behind', async () => {
  const first = await startDemo()
  expect(first.running.output()).toContain('Everyone came in by a signed webhook')
  await expectEverything(first)
  await expectNothingLeft(first, 'SIGINT')
}, 120_000)

describe('a second time', () => {
  let second: Demo
  beforeAll(async () => {
    second = await startDemo()
  }, 60_000)
  afterAll(() => second?.running.process.kill())

  it('keeps what was done', async () => {
    expect(second.running.output()).toContain('Everyone is here, as you left them')
    await expectEverything(second)
  })

  it('shows a change whose delivery was lost within 20 seconds', async () => {
    const change = (path: string, json: object) => fetch(`http://localhost:${second.clerkPort}/dashboard/api${path}`, {
      method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json),
    })
    expect((await change('/faults', { drop: 1 })).status).toBe(200)
    expect((await change(`/users/${peopleIds.noor}`, { lastName: 'Hakim' })).status).toBe(200)
    const name = async () => (await (await fetch(`http://localhost:${port}/api/users/${peopleIds.noor}`)).json()).name
    await expect.poll(name, { timeout: 22_000, interval: 500 }).toBe('Noor Hakim')
  })

  it('leaves another demo alone: that one takes other ports and has people of its own', async () => {
    const { clerkPort } = second
    const other = demo(port, clerkPort)
    await other.says('Rollcall is here', 60_000)
    expect(other.output()).toContain('Another demo runs, so this one has its own people, in ')
    const [, otherPort] = other.output().match(new RegExp(`Port ${port} is taken, so the app uses (\\d+)`)) ?? []
    const posts = async (at: number | string | undefined) => (await (await fetch(`http://localhost:${at}/api/posts?limit=100`)).json()).posts
    expect(await posts(otherPort)).toHaveLength((await posts(port)).length)
    const [{ author: { imageUrl } }] = (await posts(otherPort)).filter((post: { author: { imageUrl: string | null } }) => post.author.imageUrl)
    expect(imageUrl).not.toContain(`:${clerkPort}/`)
    await expectNothingLeft(second, 'SIGTERM')
    other.process.kill('SIGTERM')
    expect(await other.ended).toBe(0)
  }, 120_000)
})
