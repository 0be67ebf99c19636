import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet } from '#scripts/lib/rollcall.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const token = 'a token of 16 characters'

const env = {
  ...quiet,
  NODE_ENV: 'production',
  // Nothing listens there, so each look at the metrics writes a line.
  DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcmsubG9jYWxob3N0JA',
  NUXT_CLERK_SECRET_KEY: 'sk_test_never_used',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0',
  NUXT_SITE_URL: 'http://localhost:3000',
  METRICS_TOKEN: token,
}

async function start(more: Record<string, string> = {}) {
  const port = await freePort()
  const server = spawn(process.execPath, ['.output/server/index.mjs'], { env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  await once(server.stdout, 'data')
  return { server, port }
}

it('a reader of the log that stalls holds up nothing: lines wait in a bounded buffer, are dropped beyond it, and are counted', async () => {
  const { server, port } = await start({ LOG_LEVEL: 'debug' })
  /** One after the other on one connection, without waiting between. */
  const load = async (requests: number) => {
    const socket = connect(port, '127.0.0.1')
    socket.resume().end('GET /robots.txt HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(requests))
    await once(socket, 'close')
  }
  server.stdout.pause()
  await load(10_000)
  let text = ''
  server.stdout.on('data', (chunk: Buffer) => text += chunk.toString()).resume()
  /** Requests that have a line, and those that are only counted. Lines go on to come after the one that counts. */
  const counted = () => text.split('\n').slice(0, -1)
    .map(line => v.parse(v.looseObject({ msg: v.string(), lines: v.optional(v.number()) }), JSON.parse(line)))
    .reduce((sum, { msg, lines }) => sum + (msg === 'log lines dropped' ? lines ?? 0 : Number(msg === 'request')), 0)
  await expect.poll(counted, { timeout: 10_000 }).toBeGreaterThanOrEqual(10_000)
  expect(text).toContain('"msg":"log lines dropped"')
  // Beside requests, the wait for the database may have had its lines.
  expect(counted()).toBeLessThanOrEqual(10_003)

  server.stdout.pause()
  await load(3_000)
  const began = performance.now()
  server.kill('SIGTERM')
  await once(server, 'exit')
  expect(performance.now() - began).toBeLessThan(5_000)
}, 60_000)

it('a server whose log nobody reads any more goes on, and does not spin', async () => {
  const { server, port } = await start()
  server.stdout.destroy()
  server.stderr.destroy()

  const cpuSeconds = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/metrics`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) })
    expect(answer.status).toBe(200)
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(await answer.text())?.[1])
  }
  await cpuSeconds()
  const before = await cpuSeconds()
  await sleep(1_000)
  expect(await cpuSeconds() - before).toBeLessThan(0.3)
})

describe('the lines of the log', () => {
  const Line = v.looseObject({ level: v.picklist(['debug', 'info', 'warn', 'error', 'fatal']), time: v.pipe(v.string(), v.isoTimestamp()), msg: v.string() })
  const secret = 'Quillfeather'
  let rollcall: Rollcall
  let mia: string
  beforeAll(async () => {
    rollcall = await startRollcall({ env: { TRUSTED_PROXIES: '1' } })
    mia = rollcall.clerk.users.create({ firstName: 'Mia', lastName: secret, email: `${secret}@example.com` }).id
    await rollcall.clerk.deliveries.settled()
    expect((await rollcall.request('/api/posts', { as: mia, json: { body: 'Hello' } })).status).toBe(201)
    while (!rollcall.app.output().includes('"status":201')) await sleep(10)
  })
  afterAll(() => rollcall?.stop())

  /** What is logged while this runs; a line follows its response. */
  async function logged(act: () => Promise<unknown>, count = 1) {
    const before = rollcall.app.output().length
    const lines = () => rollcall.app.output().slice(before).split('\n').slice(0, -1).map(line => v.parse(Line, JSON.parse(line)))
    await act()
    await expect.poll(() => lines().length).toBeGreaterThanOrEqual(count)
    await sleep(250)
    expect(lines()).toHaveLength(count)
    return lines()
  }

  it('are JSON from the first, one for each request: its route without ids and query, its status, its time and its id', async () => {
    for (const line of rollcall.app.output().split('\n').slice(0, -1)) v.parse(Line, JSON.parse(line))
    let id: string | null = null
    const [line] = await logged(async () => {
      const answer = await rollcall.request(`/api/users/${mia}?note=${secret}`, { as: mia })
      id = answer.headers.get('x-request-id')
    })
    expect(line).toEqual({ level: 'info', time: expect.any(String), msg: 'request', requestId: id, method: 'GET', route: '/api/users/:id', status: 200, ms: expect.any(Number) })
  })

  it.each([
    ['/', '/', 200], ['/?q=Quillfeather', '/', 200], ['/Quillfeather', 'unknown', 404], ['/posts/01990000-0000-7000-8000-000000000001', '/posts/:id', 404],
    ['/api/posts?limit=5', '/api/posts', 200], ['/api/Quillfeather', 'unknown', 404], ['/sign-in/factor-one', '/sign-in/*', 200],
  ])('name %s as %s, %i', async (path, route, status) => {
    expect(await logged(() => rollcall.request(path, { headers: { accept: '*/*, text/html' } }))).toMatchObject([{ msg: 'request', route, status }])
  })

  it('are one for each delivery, with what became of it', async () => {
    const [line] = await logged(async () => {
      rollcall.clerk.users.update(mia, { firstName: secret })
      await rollcall.clerk.deliveries.settled()
    })
    expect(line).toMatchObject({ msg: 'delivery', svixId: expect.stringMatching(/^msg_/), type: 'user.updated', outcome: 'applied', status: 200, route: '/api/webhooks', ms: expect.any(Number), requestId: expect.any(String) })
    const forged = await logged(() => rollcall.request('/api/webhooks', { body: secret, headers: { 'svix-id': `${secret}@example.com`, 'svix-timestamp': '1', 'svix-signature': 'v1,none' } }))
    expect(forged).toMatchObject([{ msg: 'delivery', svixId: null, type: null, outcome: 'refused', status: 400 }])
  })

  it('name the type of a delivery that failed or cannot be used, once its signature was right', async () => {
    const send = (change: object) => deliver(rollcall.app.url, rollcall.clerk.env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET ?? '', JSON.stringify({ ...fixture('user.updated'), instance_id: rollcall.clerk.instanceId, ...change }))
    expect(await logged(() => send({ timestamp: 'today' }))).toMatchObject([{ msg: 'delivery', type: 'user.updated', outcome: 'rejected', reason: 'not-an-event', status: 422 }])
    await rollcall.db.execute('alter table webhook_events rename to webhook_events_away')
    onTestFinished(async () => void await rollcall.db.execute('alter table webhook_events_away rename to webhook_events'))
    // The failure itself and that writes fail have a line each.
    expect((await logged(() => send({}), 3)).find(({ msg }) => msg === 'delivery')).toMatchObject({ level: 'error', svixId: expect.stringMatching(/^msg_/), type: 'user.updated', outcome: 'failed', reason: 'database-refused', status: 500 })
  })

  it('are one for a stream, when it has closed, with its length', async () => {
    const [line] = await logged(async () => {
      const answer = await rollcall.request('/api/live')
      await sleep(300)
      await answer.body?.cancel()
    })
    expect(line).toMatchObject({ msg: 'request', route: '/api/live', status: 200, cutOff: true })
    expect(line?.ms).toBeGreaterThan(250)
  })

  it('leave out what is asked for all the time', async () => {
    await logged(async () => {
      await rollcall.request('/api/health')
      await rollcall.request('/favicon.ico')
    }, 0)
  })

  it('have the id that a trusted proxy gave, when it is one', async () => {
    for (const [given, taken] of [['edge-4711-abc', true], ['short', false], [`${secret} ${secret}`, false], ['x'.repeat(65), false]] as const) {
      const [line] = await logged(() => rollcall.request('/api/posts', { headers: { 'x-request-id': given } }))
      expect(line?.requestId === given).toBe(taken)
    }
  })

  it('name a failure of ours by the id that the person is told, in an answer and in a page', async () => {
    await rollcall.db.execute('alter table likes rename to likes_away')
    onTestFinished(async () => void await rollcall.db.execute('alter table likes_away rename to likes'))
    const answers: { requestId?: string }[] = []
    const lines = await logged(async () => {
      const answer = await rollcall.request('/api/posts?limit=7', { as: mia })
      expect(answer.status).toBe(500)
      answers.push((await answer.json()).data)
      const [post] = await rollcall.db.$client<{ id: string }[]>`select id from posts`
      const page = await rollcall.request(`/posts/${post?.id}`, { headers: { accept: '*/*, text/html' } })
      expect(page.status).toBe(500)
      answers.push({ requestId: /data-testid="request-id">([^<]+)</.exec(await page.text())?.[1] })
    }, 5)
    for (const { requestId } of answers) {
      expect(requestId).toBeDefined()
      // A page asks for more than one thing.
      const [failure, ...others] = lines.filter(line => line.requestId === requestId)
      expect(failure).toMatchObject({ level: 'error', msg: expect.stringMatching(/^request failed: \w+ 42P01/) })
      expect(others.at(-1)).toMatchObject({ level: 'error', msg: 'request', status: 500 })
    }
  })

  it('hold nothing personal, whatever was sent', async () => {
    await rollcall.request(`/people?q=${secret}`, { as: mia, headers: { 'cookie': `note=${secret}`, 'user-agent': secret, 'referer': `https://example.com/${secret}`, 'x-forwarded-for': '203.0.113.77', 'accept': '*/*, text/html' } })
    await rollcall.request('/api/posts', { as: mia, json: { body: secret } })
    await rollcall.request('/api/posts', { as: mia, json: { [secret]: secret } })
    const token = await rollcall.clerk.session(mia, { azp: rollcall.app.url })
    await sleep(250)
    for (const personal of [secret, 'Mia', '203.0.113.77', token, mia]) expect(rollcall.app.output()).not.toContain(personal)
  })
})
