import { v7 as uuidv7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { hasBrowser } from '../support/browser.ts'
import { useStage } from '../support/stage.ts'

describe.skipIf(!hasBrowser)('a page that guests share', () => {
  const stage = useStage({ people: true })

  const ada = peopleIds.ada ?? ''

  it('shows the right times and hydrates without a mismatch, however late it is opened', () => stage.visit(async (page) => {
    const id = uuidv7()
    await insertPost(stage.rollcall.db, { id, authorId: ada, parentId: null, body: 'Just now.' })
    await page.clock.install({ time: Date.now() + 10 * 60_000 })
    // Clerk sees the browser first.
    await page.goto('/')
    for (const path of ['/', `/posts/${id}`, `/users/${ada}`]) {
      const open = async () => await (await page.goto(path))?.text() ?? ''
      // The same bytes, so it is the page that was kept. Its half minute may end between two.
      await expect.poll(async () => await open() === await open()).toBe(true)
      await expect.poll(() => page.locator(`[data-post-id="${id}"] time`).first().textContent()).toMatch(/10/)
    }
  }, { newBrowser: true }))

  it('is not shared with someone who is signed in, nor with a browser that Clerk wants to see first', async () => {
    const { rollcall } = stage
    const page = async (headers: Record<string, string>, as: string | null = null) => rollcall.request('/', { as, headers, redirect: 'manual' })
    const guest = async () => (await page({})).text()
    // What is kept ends with its half minute, maybe between two.
    await expect.poll(async () => await guest() === await guest()).toBe(true)
    expect(await (await page({}, ada)).text()).not.toBe(await guest())
    const expired = await page({ accept: 'text/html', cookie: '__clerk_db_jwt=dvb_x; __client_uat=1700000000' })
    expect([expired.status, expired.headers.get('location')]).toEqual([307, expect.stringContaining('/v1/client/handshake')])
    expect((await page({ accept: 'text/html' })).status).toBe(307)
  })

  it('brings its styles along, with addresses that hold there, and one for a member names their file', async () => {
    const { rollcall } = stage
    const html = async (as: string | null) => (await rollcall.request('/', { as })).text()
    const [guest, member] = [await html(null), await html(ada)]
    expect(guest).not.toContain('rel="stylesheet"')
    expect(guest).toContain('<style>')
    expect(guest).not.toContain('url(./')
    const [font] = /(?<=url\()\/_nuxt\/[^)]+/.exec(guest) ?? []
    expect((await rollcall.request(font ?? '')).headers.get('content-type')).toBe('font/woff2')
    expect(member).toContain('rel="stylesheet"')
    expect(member).not.toContain('<style>')
  })

  it('is another one for another language, and says so to caches', async () => {
    const page = async (language: string) => stage.rollcall.request('/', { headers: { 'accept-language': language, 'accept-encoding': 'gzip' } })
    const text = async (language: string) => (await page(language)).text()
    await expect.poll(async () => await text('de-DE') === await text('de-DE')).toBe(true)
    expect(await text('en-GB')).not.toBe(await text('de-DE'))
    expect(await text('de-DE')).toContain('de-DE')
    const { headers } = await page('de-DE')
    expect(headers.get('vary')?.toLowerCase().split(/, */).sort()).toEqual(['accept-encoding', 'accept-language'])
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('content-type')).toContain('text/html')
  })
})
