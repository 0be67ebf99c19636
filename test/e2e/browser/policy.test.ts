import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { hasBrowser, openPage } from '../support/browser.ts'
import { useStage } from '../support/stage.ts'

const { ada = '', noor = '' } = peopleIds

/** What may not be: by this each test that opens a page would fail. */
const violations: [what: string, directive: string, run: (page: Page) => Promise<unknown>][] = [
  ['an inline script', 'script-src', page => page.evaluate(() => document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' })))],
  ['an inline handler', 'script-src', page => page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<b onclick="window.ran = true"></b>')).then(() => page.evaluate(() => document.querySelector<HTMLElement>('b[onclick]')?.click()))],
  ['an address of javascript:', 'script-src', page => page.evaluate(() => Object.assign(document.createElement('a'), { href: 'javascript:void(window.ran = true)' }).click())],
  ['a script of another host', 'script-src', page => page.evaluate(() => document.head.append(Object.assign(document.createElement('script'), { src: 'http://127.0.0.1:9/x.js' })))],
  // Later, since what runs within `evaluate` itself may.
  ['text that is run', 'script-src', page => page.evaluate(() => void setTimeout(() => setTimeout('window.ran = true')))],
  ['a picture of another host', 'img-src', page => page.evaluate(() => document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/x.png' })))],
  ['a frame', 'frame-src', page => page.evaluate(() => document.body.append(Object.assign(document.createElement('iframe'), { src: '/' })))],
  ['a request elsewhere', 'connect-src', page => page.evaluate(() => fetch('http://127.0.0.1:9/').catch(() => {}))],
  ['a form that is sent elsewhere', 'form-action', page => page.evaluate(() => {
    const form = Object.assign(document.createElement('form'), { action: 'http://127.0.0.1:9/', method: 'post' })
    document.body.append(form)
    form.submit()
  })],
  ['another base', 'base-uri', page => page.evaluate(() => document.head.append(Object.assign(document.createElement('base'), { href: 'http://127.0.0.1:9/' })))],
]

describe.skipIf(!hasBrowser)('what every answer says to browsers', () => {
  const stage = useStage({ people: true })

  const policyOf = (answer: Response) => Object.fromEntries((answer.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
    const [name = '', ...sources] = directive.split(' ')
    return [name, sources]
  }))

  it.each<[string, who: string | null, status: number]>([
    ['/', null, 200], ['/', noor, 200], [`/users/${noor}`, null, 200], ['/settings', noor, 200], ['/admin', ada, 200], ['/sign-in', null, 200],
    ['/settings', null, 302], ['/admin', noor, 403], ['/nothing', null, 404], ['/posts/nonsense', noor, 404],
    ['/api/posts', null, 200], ['/api/posts', noor, 200], ['/api/health', null, 200], ['/api/admin/users', noor, 403], ['/api/admin/users.csv', ada, 200], ['/api/nothing', null, 404],
    ['/offline', null, 200], ['/offline', noor, 200], ['/favicon.svg', null, 200], ['/sw.js', null, 200], ['/robots.txt', null, 200], ['/_nuxt/nothing.js', null, 404],
  ])('%s, asked for by %s', async (path, who, status) => {
    const answer = await stage.rollcall.request(path, { as: who, headers: { accept: '*/*, text/html' }, redirect: 'manual' })
    await answer.arrayBuffer()
    expect(answer.status).toBe(status)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': expect.stringMatching(/^(?:strict-origin-when-cross-origin|no-referrer)$/),
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'permissions-policy': expect.stringContaining('camera=()'),
    })
    expect(headers).not.toHaveProperty('x-powered-by')
    // The app's own origin is http here; `head.test.ts` has one of https.
    expect(headers).not.toHaveProperty('strict-transport-security')
    const policy = policyOf(answer)
    expect(policy['frame-ancestors']?.join()).toMatch(/^'none'/)
    const isPage = headers['content-type']?.startsWith('text/html') && status !== 302
    const scripts = policy['script-src'] ?? policy['default-src']
    if (!isPage) return expect(scripts?.join()).toBe('\'none\'')
    expect(scripts).toEqual(expect.arrayContaining(['\'self\'', expect.stringMatching(/^'sha256-/)]))
    expect(scripts?.join(' ')).not.toMatch(/unsafe|nonce/)
  })

  it('is the same for each page of a process: no page, and nobody who writes in one, adds to what may run', async () => {
    const policies = await Promise.all([['/', null], ['/', noor], [`/users/${noor}`, null], ['/settings', noor], ['/nothing', null]].map(async ([path = '', as]) =>
      (await stage.rollcall.request(path ?? '', { as, headers: { accept: '*/*, text/html' } })).headers.get('content-security-policy')))
    expect(new Set(policies).size).toBe(1)
  })

  it('is broken by no page unnoticed: what may not be does not happen, and a test that does it fails', async () => {
    const { page, faults, close } = await openPage({ baseURL: stage.rollcall.app.url })
    try {
      await page.goto('/')
      await page.getByTestId('post').first().waitFor()
      expect(faults).toEqual([])
      for (const [what, directive, run] of violations) {
        await run(page)
        await expect.poll(() => faults.join('\n'), { message: what }).toMatch(new RegExp(`Content Security Policy directive.*['"]${directive} `))
        faults.length = 0
      }
      expect(await page.evaluate(() => 'ran' in window)).toBe(false)
    }
    finally {
      await close()
    }
  })

  it('shows pictures of Clerk\'s host alone, and asks for them without a referrer', async () => {
    const { app, clerk } = stage.rollcall
    const pictures = { javascript: 'javascript:alert(1)', data: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', elsewhere: 'http://127.0.0.1:9/tracker.png' }
    for (const [name, image] of Object.entries(pictures)) {
      const { data, ...event } = fixture('user.created')
      const body = { ...event, instance_id: clerk.instanceId, timestamp: Date.now(), data: { ...data, id: `user_picture_${name}`, first_name: `Picture ${name}`, has_image: true, image_url: image, updated_at: Date.now() } }
      expect((await deliver(app.url, clerk.webhookSecret, JSON.stringify(body))).status).toBe(200)
    }
    const sent: { url: string, referrer: string | undefined }[] = []
    const failed: string[] = []
    await stage.visit(async (page) => {
      // One that is under way when the page closes has none.
      page.on('request', request => request.allHeaders().then(({ referer }) => sent.push({ url: request.url(), referrer: referer }), () => {}))
      page.on('requestfailed', request => failed.push(`${request.url()} ${request.failure()?.errorText}`))
      await page.goto(`/users/${noor}`)
      await page.locator('[data-testid=user-face] img').first().waitFor()
      for (const name of Object.keys(pictures)) {
        await page.goto(`/users/user_picture_${name}`)
        const face = page.getByTestId('user-face').first()
        await expect.poll(() => face.innerText()).toMatch(/^P\w$/)
        expect(await face.locator('img').count()).toBe(0)
      }
      await sleep(100)
    }, { allow: [/violates the following Content Security Policy directive: "img-src/, /^request to 127/] })
    expect(failed.filter(line => line.includes('tracker'))).not.toEqual([])
    expect(failed.filter(line => line.includes('tracker') && !line.includes('csp'))).toEqual([])
    const faces = sent.filter(({ url }) => url.startsWith(`${clerk.url}/avatars`))
    expect(faces.length).toBeGreaterThan(0)
    expect(faces.filter(({ referrer }) => referrer)).toEqual([])
  })
})
