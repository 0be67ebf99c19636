import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { isRollcall } from '#scripts/lib/find-rollcall.ts'
import type { DevServer } from '../support/dev.ts'
import { startDev } from '../support/dev.ts'
import { createTestDatabase } from '../support/rollcall.ts'

const START_MS = 90_000
const tunnel = 'abc.ngrok-free.app'

describe('npm run dev without keys', () => {
  let dev: DevServer
  beforeAll(async () => {
    dev = await startDev({ DATABASE_URL: await createTestDatabase({ empty: true }) })
  }, START_MS)
  afterAll(() => dev?.stop())

  it('shows one page that says how to go on', async () => {
    const { status, text } = await dev.get('/')
    expect(status).toBe(503)
    expect(text).toContain('npm run demo')
    expect(text).toContain('cp .env.example .env')
    for (const name of ['NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'NUXT_CLERK_SECRET_KEY']) expect(text).toContain(name)
  })

  it('says the same in JSON under /api', async () => {
    const { status, text } = await dev.get('/api/posts')
    expect(status).toBe(503)
    expect(JSON.parse(text)).toMatchObject({ statusCode: 503, message: expect.stringContaining('NUXT_CLERK_SECRET_KEY') })
    // webhook:send and doctor wait for one with keys.
    expect(await isRollcall(dev.url)).toBe(false)
  })
})

describe('npm run dev behind a tunnel, with a copy of .env.example and no database of one\'s own', () => {
  let clerk: LocalClerk
  let data: string
  let dev: DevServer
  beforeAll(async () => {
    clerk = await startLocalClerk({ port: 0 })
    data = await mkdtemp(join(tmpdir(), 'rollcall-dev-'))
    // As root, Postgres runs as another user, who must be able to enter.
    await chmod(data, 0o755)
    dev = await startDev({ ...clerk.env, ROLLCALL_TEST_DATA: data, NGROK_HOST: tunnel }, '.env.example')
  }, START_MS)
  afterAll(async () => {
    await dev?.stop()
    await clerk?.close()
    await rm(data, { recursive: true, force: true })
  })

  it.each(['/', '/api/posts', '/_nuxt/@vite/client'])('answers at %s for the tunnel\'s host and for localhost', async (path) => {
    expect((await dev.get(path, tunnel)).status).toBe(200)
    expect((await dev.get(path)).status).toBe(200)
  }, START_MS)

  it('is known as ours to webhook:send and doctor', async () => {
    expect(await isRollcall(dev.url)).toBe(true)
  })

  it.each(['/', '/api/posts', '/_nuxt/@vite/client'])('refuses any other host at %s', async (path) => {
    for (const host of ['other.ngrok-free.app', 'evil.example', `${tunnel}.evil.example`]) {
      expect((await dev.get(path, host)).status, host).toBe(403)
    }
  })

  it.each(['/', '/api/posts', '/_nuxt/@vite/client'])('names the variable to set where it refuses %s', async (path) => {
    const page = await dev.get(path, 'other.ngrok-free.app:443', 'text/html,*/*;q=0.8')
    expect(page).toMatchObject({ status: 403, type: 'text/html; charset=utf-8' })
    expect(page.text).toContain('<pre>NGROK_HOST=other.ngrok-free.app</pre>')
    const plain = await dev.get(path, 'other.ngrok-free.app')
    expect(plain).toMatchObject({ status: 403, type: 'text/plain; charset=utf-8' })
    expect(plain.text).toContain('\nNGROK_HOST=other.ngrok-free.app\n')
    expect(plain.text).not.toContain('<')
  })

  it('shows a host as text, and no more of it than a name can have', async () => {
    const { status, text } = await dev.get('/', `<img src=x onerror="alert('1')">${'x'.repeat(3_000)}`, 'text/html')
    expect(status).toBe(403)
    expect(text).not.toMatch(/<img|onerror="/)
    expect(text.length).toBeLessThan(4_000)
  })
})
