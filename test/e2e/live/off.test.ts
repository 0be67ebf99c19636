import { createServer, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import { startApp } from '#scripts/lib/server.ts'
import { hasBrowser, openPage } from '../support/browser.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const CRON_TOKEN = 'a-token-of-some-length'
const env = { LIVE: 'off', CRON_TOKEN, SYNC_CHECK_SECONDS: '60' }

describe('an app whose processes do not stay', () => {
  let rollcall: Rollcall
  let admin: string
  beforeAll(async () => {
    rollcall = await startRollcall({ env })
    admin = rollcall.clerk.users.create({ firstName: 'Ada', publicMetadata: { role: 'admin' } }).id
    await rollcall.clerk.deliveries.settled()
    await rollcall.request('/api/posts', { as: admin, json: { body: 'Ada was here.' } })
  })
  afterAll(() => rollcall?.stop())

  const cron = async (authorization: string | null, method = 'GET', url = rollcall.app.url) => {
    const answer = await fetch(`${url}/api/cron/check`, { method, headers: authorization === null ? {} : { authorization } })
    return { status: answer.status, body: await answer.json() }
  }
  const cronNow = async (method?: string) => (await cron(`Bearer ${CRON_TOKEN}`, method)).body
  const compare = async () => {
    await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })
    await expect.poll(() => cronNow(), { timeout: 5_000 }).toEqual({ result: 'checked' })
  }
  const verdict = async () => (await (await rollcall.request('/api/admin/sync', { as: admin })).json()).verdict
  const nameOf = async (id: string) => (await (await rollcall.request(`/api/users/${id}`)).json()).name

  it('sends no events, and says so', async () => {
    for (const path of ['/api/live', '/api/admin/live']) {
      const answer = await rollcall.request(path, { as: admin })
      expect(answer.status).toBe(404)
      expect((await answer.json()).data).toEqual({ code: 'live-off' })
    }
  })

  it('listens to nothing, and checks nothing by itself', async () => {
    await rollcall.request('/')
    expect(await rollcall.db.$client`select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen %'`).toHaveLength(0)
    expect(rollcall.clerk.backendRequests().filter(({ path }) => path === '/v1/users')).toEqual([])
  })

  it.each([[null, 401], ['Bearer no', 401], [`Bearer ${CRON_TOKEN}x`, 401], [CRON_TOKEN, 401], [`Bearer ${CRON_TOKEN}`, 200]])('answers a scheduler that brings %s with %i', async (authorization, status) => {
    for (const method of ['GET', 'POST']) expect((await cron(authorization, method)).status).toBe(status)
  })

  it('has a lost delivery repaired by the scheduler\'s calls, and knows that the copy is equal', async () => {
    expect(await cronNow()).toEqual({ result: 'scan-needed' })
    expect((await verdict()).copy.state).toBe('not-compared-yet')
    expect(await rollcall.db.$client`select 1 from sync_runs`).toHaveLength(0)
    await compare()

    rollcall.clerk.users.update(admin, { firstName: 'Lost' }, { silent: true })
    expect(await cronNow('POST')).toEqual({ result: 'checked' })
    expect(await nameOf(admin)).toBe('Ada')
    expect(await cronNow()).toEqual({ result: 'checked' })
    expect(await nameOf(admin)).toBe('Lost')
    expect((await verdict()).copy.state).toBe('equal')
  })

  it('tells the scheduler when Clerk gives no usable answer', async () => {
    rollcall.clerk.faults.set({ backend: { status: 503 } })
    onTestFinished(() => rollcall.clerk.faults.clear())
    expect(await cron(`Bearer ${CRON_TOKEN}`)).toMatchObject({ status: 502, body: { message: expect.stringMatching(/^The check did not finish\. .*503/) } })
  })

  it('stops a check after 20 s when Clerk is slow, keeps what was written, and the next call goes on', async () => {
    await compare()
    let slow = true
    const waiting: NodeJS.Timeout[] = []
    const proxy = createServer((incoming, outgoing) => {
      const forward = () => incoming.pipe(request(`${rollcall.clerk.url}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      }))
      if (slow && incoming.url?.startsWith('/v1/users/count')) waiting.push(setTimeout(forward, 9_000))
      else forward()
    })
    const [port, proxyPort] = [await freePort(), await freePort()]
    proxy.listen(proxyPort, '127.0.0.1')
    const app = await startApp({ cwd: root, port, quiet: true, env: { ...rollcall.clerk.env, ...quiet, ...env, DATABASE_URL: rollcall.databaseUrl, NUXT_SITE_URL: `http://localhost:${port}`, NUXT_CLERK_API_URL: `http://127.0.0.1:${proxyPort}` } })
    onTestFinished(async () => {
      waiting.forEach(clearTimeout)
      await app.stop()
      proxy.closeAllConnections()
      proxy.close()
    })

    // The list comes at once, the counts after 9 s each: they differ, so the third check looks for the place by counts.
    await rollcall.db.$client`update sync_state set "check" = jsonb_set("check", '{differed}', '2')`
    const extra = rollcall.clerk.users.create({ firstName: 'Uncounted' }, { silent: true }).id
    rollcall.clerk.users.update(admin, { firstName: 'Slow' }, { silent: true })
    await rollcall.db.$client`update sync_state set "check" = jsonb_set("check", '{left}', ${JSON.stringify([admin])}::text::jsonb)`
    const began = performance.now()
    expect(await cron(`Bearer ${CRON_TOKEN}`, 'GET', app.url)).toEqual({ status: 200, body: { result: 'out-of-time' } })
    const took = performance.now() - began
    expect(took).toBeGreaterThan(15_000)
    expect(took).toBeLessThan(25_000)
    expect(await nameOf(admin)).toBe('Slow')
    slow = false
    await expect.poll(async () => (await cron(`Bearer ${CRON_TOKEN}`, 'GET', app.url)).body, { timeout: 5_000 }).toEqual({ result: 'checked' })
    await expect.poll(async () => {
      await cronNow()
      return nameOf(extra)
    }, { timeout: 5_000 }).toBe('Uncounted')
  }, 60_000)

  describe.skipIf(!hasBrowser)('in a browser', () => {
    it('asks again by a schedule, and when someone comes back, so that an open page converges', async () => {
      const { page, faults, close } = await openPage({ baseURL: rollcall.app.url, newBrowser: true })
      onTestFinished(async () => {
        await close()
        expect(faults).toEqual([])
      })
      const streams: string[] = []
      page.on('request', asked => asked.url().endsWith('/live') && streams.push(asked.url()))
      await page.clock.install()
      await page.goto('/')
      const byline = page.locator('article').first()
      await page.waitForTimeout(1_000)
      const rename = async (firstName: string) => {
        rollcall.clerk.users.update(admin, { firstName })
        await rollcall.clerk.deliveries.settled()
        await page.waitForTimeout(300)
        expect(await byline.textContent()).not.toContain(firstName)
      }

      await rename('Scheduled')
      await page.clock.runFor(27_000)
      await expect.poll(() => byline.textContent()).toContain('Scheduled')
      await rename('Focused')
      await page.evaluate(() => window.dispatchEvent(new Event('focus')))
      await page.clock.runFor(1_500)
      await expect.poll(() => byline.textContent()).toContain('Focused')
      expect(streams).toEqual([])
    })
  })
})
