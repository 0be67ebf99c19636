import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { freePort, isFree } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'
import { run } from '../support/process.ts'

let data: string
beforeAll(async () => {
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

it('brings up everything, keeps what was done, and leaves nothing behind', async () => {
  const port = await freePort()
  const authors = new Set<string>()
  for (const round of [1, 2]) {
    const clerkPort = await freePort()
    const running = demo(port, clerkPort)
    await running.says('Rollcall is here', 60_000)
    expect(running.output()).toContain(round === 1 ? 'Everyone came in by a signed webhook' : 'Everyone is here, as you left them')
    expect(running.output()).toMatch(/Sign in as +\S+@example\.com +password \S+/)

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

    const postmaster = Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
    expect(isAlive(postmaster)).toBe(true)
    running.process.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect(isAlive(postmaster)).toBe(false)
    expect(await isFree(port)).toBe(true)
    expect(await isFree(clerkPort)).toBe(true)
  }
}, 120_000)

it('shows a change whose delivery was lost within 20 seconds', async () => {
  const [port, clerkPort] = [await freePort(), await freePort()]
  const running = demo(port, clerkPort)
  await running.says('Rollcall is here', 60_000)
  const change = (path: string, json: object) => fetch(`http://localhost:${clerkPort}/dashboard/api${path}`, {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json),
  })
  expect((await change('/faults', { drop: 1 })).status).toBe(200)
  expect((await change(`/users/${peopleIds.noor}`, { lastName: 'Hakim' })).status).toBe(200)
  const name = async () => (await (await fetch(`http://localhost:${port}/api/users/${peopleIds.noor}`)).json()).name
  await expect.poll(name, { timeout: 22_000, interval: 500 }).toBe('Noor Hakim')
  running.process.kill('SIGTERM')
  expect(await running.ended).toBe(0)
}, 120_000)

it('leaves another demo alone: it takes other ports and has people of its own', async () => {
  const [port, clerkPort] = [await freePort(), await freePort()]
  const first = demo(port, clerkPort)
  await first.says('Rollcall is here', 60_000)
  const second = demo(port, clerkPort)
  await second.says('Rollcall is here', 60_000)
  expect(second.output()).toContain('Another demo runs, so this one has its own people, in ')
  const [, other] = second.output().match(new RegExp(`Port ${port} is taken, so the app uses (\\d+)`)) ?? []
  const posts = async (at: number | string | undefined) => (await (await fetch(`http://localhost:${at}/api/posts?limit=100`)).json()).posts
  expect(await posts(other)).toHaveLength((await posts(port)).length)
  const [{ author: { imageUrl } }] = (await posts(other)).filter((post: { author: { imageUrl: string | null } }) => post.author.imageUrl)
  expect(imageUrl).not.toContain(`:${clerkPort}/`)
  for (const running of [first, second]) {
    running.process.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  }
}, 120_000)
