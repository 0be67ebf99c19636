import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { quiet } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'
import { hasBrowser, openPage, portsOfPages } from '../support/browser.ts'
import { openProfile, rename, signUp } from '#scripts/lib/clerk-ui.ts'
import { postsWith, writePost } from '../support/feed.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** What Chromium says of the stream, and of requests, while the network or the server is away; Nuxt asks for its manifest then, too. */
const cut = [/NUXT_E5002/, /net::ERR_INTERNET_DISCONNECTED/, /net::ERR_CONNECTION_REFUSED/, /net::ERR_INCOMPLETE_CHUNKED_ENCODING/, /net::ERR_CONNECTION_RESET/]

/** What is waited for from before a sign-up on; each of its steps has its own time. */
const signingUp = { timeout: 50_000 }

describe.skipIf(!hasBrowser)('an open page follows the database', () => {
  let rollcall: Rollcall
  let ada: string

  beforeAll(async () => {
    const { app, clerk } = await portsOfPages()
    rollcall = await startRollcall({ port: app, clerk: { port: clerk }, instances: 2 })
    ada = rollcall.clerk.users.create({ firstName: 'Ada', username: 'ada' }).id
    await rollcall.clerk.deliveries.settled()
    await write(ada, 'Ada was here before.')
  })
  afterAll(async () => {
    await rollcall?.stop()
  })

  async function write(as: string, body: string, parentId: string | null = null): Promise<string> {
    const answer = await rollcall.request('/api/posts', { as, json: { body, parentId } })
    expect(answer.status).toBe(201)
    return (await answer.json()).id
  }

  /** A new person at a browser of their own, on one of the two instances; what must not happen is checked at the end. */
  async function person(instance: 0 | 1, allow: RegExp[] = []): Promise<Page> {
    const { page, faults, close } = await openPage({ baseURL: rollcall.apps[instance]?.url, allow })
    page.setDefaultTimeout(10_000)
    onTestFinished(async () => {
      await close()
      expect(faults).toEqual([])
    })
    return page
  }

  /** Opens an address and waits until the page follows the stream; what happens from then on is told, not asked for. */
  async function follow(page: Page, path: string): Promise<void> {
    await Promise.all([page.waitForResponse(response => response.url().endsWith('/api/live')), page.goto(path)])
    await page.waitForLoadState('load')
    await page.waitForTimeout(300)
    await page.evaluate(() => {
      document.documentElement.dataset.sameDocument = 'yes'
    })
  }

  const wasReloaded = (page: Page) => page.evaluate(() => document.documentElement.dataset.sameDocument !== 'yes')
  const named = (page: Page, text: string) => postsWith(page, text).getByTestId('user-name')
  const newPosts = (page: Page, text: string) => page.getByTestId('new-posts').filter({ hasText: text })

  it('one signs up, posts, and renames in Clerk\'s profile; the other sees each of it', async () => {
    const [nell, reader, member] = [await person(0), await person(1), await person(1)]
    await follow(reader, '/')
    await signUp(member, { firstName: 'Mia', email: 'mia@example.com' })
    await member.getByTestId('viewer-pending').waitFor({ state: 'detached' })
    await signUp(nell, { firstName: 'Nell', email: 'nell@example.com' })
    await nell.getByTestId('viewer-pending').waitFor({ state: 'detached' })
    // Mia's page became a member's when she signed up, without a reload; a guest does not hear of someone who has not posted.
    await member.getByTestId('newcomer').filter({ hasText: 'Nell' }).waitFor()
    expect(await reader.getByTestId('newcomer').filter({ hasText: 'Nell' }).count()).toBe(0)

    await writePost(nell, 'Nell is here.')
    await newPosts(reader, '1 new post').waitFor()
    expect(await postsWith(reader, 'Nell is here.').count()).toBe(0)
    await postsWith(nell, 'Nell is here.').and(nell.locator('[aria-busy=false]')).waitFor()
    expect(await nell.getByTestId('new-posts').count()).toBe(0)

    await reader.getByTestId('new-posts').focus()
    await reader.keyboard.press('Enter')
    await postsWith(reader, 'Nell is here.').waitFor()
    expect(await named(reader, 'Nell is here.').textContent()).toBe('Nell')
    await expect.poll(() => reader.evaluate(() => document.activeElement?.textContent)).toContain('Nell is here.')
    await newPosts(reader, '1 new post').waitFor({ state: 'detached' })

    await openProfile(nell)
    await rename(nell, 'Nelly', 'Moss')
    await named(reader, 'Nell is here.').getByText('Nelly Moss').waitFor()
    expect(await wasReloaded(reader)).toBe(false)
  })

  it('nothing that one reads moves when a post comes', async () => {
    for (let n = 0; n < 12; n++) await write(ada, `Something to read ${n}`)
    const reader = await person(1)
    await follow(reader, '/')
    await reader.mouse.wheel(0, 600)
    const place = async () => (await postsWith(reader, 'Something to read 3').boundingBox())?.y
    await expect.poll(() => reader.evaluate(() => scrollY)).toBeGreaterThan(500)
    const before = await place()
    await write(ada, 'Something new')
    await newPosts(reader, '1 new post').waitFor()
    await reader.waitForTimeout(250)
    expect(await place()).toBe(before)
  })

  it('a new name and face show everywhere, a new name fades in; replies and likes come in place', async () => {
    const ben = rollcall.clerk.users.create({ firstName: 'Ben', username: 'ben' }).id
    await rollcall.clerk.deliveries.settled()
    const id = await write(ben, 'Ben asks.')
    await write(ada, 'Ada answers @ben', id)
    const [feed, thread, profile] = [await person(0), await person(1), await person(1)]
    await Promise.all([follow(feed, '/'), follow(thread, `/posts/${id}`), follow(profile, `/users/${ben}`)])

    rollcall.clerk.users.update(ben, { firstName: 'Benedict', lastName: 'Stone', username: 'benedict' })
    for (const page of [feed, thread, profile]) await named(page, 'Ben asks.').getByText('Benedict Stone', { exact: true }).waitFor()
    await profile.getByRole('heading', { level: 1, name: 'Benedict Stone' }).waitFor()
    await thread.getByRole('link', { name: '@Benedict Stone', exact: true }).waitFor()

    await write(ada, 'And again.', id)
    await postsWith(thread, 'And again.').waitFor()
    expect(await thread.getByTestId('thread-replies').getByTestId('post').last().textContent()).toContain('And again.')
    await rollcall.request(`/api/posts/${id}/like`, { as: ada, method: 'PUT' })
    for (const page of [feed, thread]) {
      await expect.poll(() => postsWith(page, 'Ben asks.').getByTestId('like').textContent()).toMatch(/^1/)
      await expect.poll(() => postsWith(page, 'Ben asks.').getByTestId('replies').textContent()).toContain('2')
    }
    expect(await feed.getByTestId('new-posts').count()).toBe(0)
    for (const page of [feed, thread, profile]) expect(await wasReloaded(page)).toBe(false)
  })

  it('a deletion takes the posts away and shows the profile as gone', async () => {
    const cem = rollcall.clerk.users.create({ firstName: 'Cem' }).id
    await rollcall.clerk.deliveries.settled()
    await write(cem, 'Cem was here.')
    const [feed, profile] = [await person(1), await person(0)]
    await Promise.all([follow(feed, '/'), follow(profile, `/users/${cem}`)])
    await postsWith(feed, 'Cem was here.').waitFor()
    rollcall.clerk.users.delete(cem)
    await postsWith(feed, 'Cem was here.').waitFor({ state: 'detached' })
    await profile.getByText('This account was deleted').waitFor()
    expect(await profile.getByTestId('post').count()).toBe(0)
    expect([await wasReloaded(feed), await wasReloaded(profile)]).toEqual([false, false])
  })

  it('someone whose webhook is late is told so, can ask Clerk, and is here', { timeout: 60_000 }, async () => {
    rollcall.clerk.deliveries.pause()
    onTestFinished(() => rollcall.clerk.deliveries.resume())
    const dana = await person(0)
    await signUp(dana, { firstName: 'Dana', email: 'dana@example.com' })
    await dana.getByTestId('viewer-pending').waitFor()
    let asked = 0
    dana.on('request', request => request.url().endsWith('/api/me') && asked++)
    expect(await dana.getByTestId('viewer-late').count()).toBe(0)
    await dana.getByTestId('viewer-late').waitFor({ timeout: 12_000 })
    expect(asked).toBeLessThanOrEqual(2)
    await dana.getByTestId('ask-clerk').click()
    await dana.getByTestId('viewer-pending').waitFor({ state: 'detached' })
  })

  it('someone whose account is deleted elsewhere is told to sign out', async () => {
    const eve = await person(1, [/status of 401/, /status of 404/])
    // Before the page knows her there is nothing to tell: until then her account is as good as never made.
    await Promise.all([
      eve.waitForResponse(response => response.url().endsWith('/api/live'), signingUp),
      eve.waitForResponse(async response => response.url().endsWith('/api/me') && response.ok() && (await response.json()).status === 'here', signingUp),
      signUp(eve, { firstName: 'Eve', email: 'eve@example.com' }),
    ])
    const id = rollcall.clerk.users.list().find(user => user.firstName === 'Eve')?.id ?? ''
    rollcall.clerk.users.delete(id)
    await eve.getByTestId('viewer-gone').or(eve.getByTestId('viewer-signed-out')).first().waitFor()
  })

  it('two tabs of one browser have one stream, and the second takes over', async () => {
    const first = await person(0)
    const urls: string[] = []
    first.context().on('request', request => request.url().endsWith('/api/live') && urls.push(request.url()))
    await follow(first, '/')
    const second = await first.context().newPage()
    await second.goto('/')
    await second.waitForTimeout(700)
    expect(urls).toHaveLength(1)
    await write(ada, 'To both tabs.')
    for (const page of [first, second]) await newPosts(page, 'new post').waitFor()

    await first.close()
    await expect.poll(() => urls.length).toBe(2)
    rollcall.clerk.users.update(ada, { lastName: 'Second' })
    await named(second, 'Ada was here before.').getByText('Ada Second').waitFor()
  })

  it('a browser that was offline converges', async () => {
    const reader = await person(1, cut)
    await follow(reader, '/')
    const doomed = await write(ada, 'This one goes.')
    await newPosts(reader, '1 new post').click()
    await postsWith(reader, 'This one goes.').waitFor()

    await reader.context().setOffline(true)
    rollcall.clerk.users.update(ada, { lastName: 'Offline' })
    await rollcall.clerk.deliveries.settled()
    await rollcall.request(`/api/posts/${doomed}`, { as: ada, method: 'DELETE' })
    await write(ada, 'Written meanwhile.')
    await reader.waitForTimeout(500)
    expect(await named(reader, 'Ada was here before.').textContent()).not.toContain('Offline')

    await reader.context().setOffline(false)
    await newPosts(reader, '1 new post').waitFor()
    await named(reader, 'Ada was here before.').getByText('Ada Offline').waitFor()
    expect(await postsWith(reader, 'This one goes.').count()).toBe(0)
    expect(await wasReloaded(reader)).toBe(false)
  })

  it('an import makes an open page ask again once in ten seconds at most, and a rename shows meanwhile', { timeout: 90_000 }, async () => {
    const readers = [await person(0), await person(0), await person(0)]
    const asked: string[] = []
    for (const reader of readers) {
      await follow(reader, '/')
      reader.on('request', request => /\/api\/(?:posts|users\/recent)/.test(request.url()) && asked.push(request.url()))
    }
    const admin = rollcall.clerk.users.create({ publicMetadata: { role: 'admin' } }, { silent: true }).id
    const began = performance.now()
    rollcall.clerk.users.import({ count: 10_000 })
    expect((await rollcall.request('/api/admin/reconcile', { as: admin, json: {} })).status).toBe(202)
    rollcall.clerk.users.update(ada, { lastName: 'Meanwhile' })
    for (const reader of readers) await named(reader, 'Ada was here before.').getByText('Ada Meanwhile').waitFor()
    await expect.poll(async () => (await rollcall.db.$client`select id from sync_runs where finished_at is null`).length, { timeout: 60_000, interval: 250 }).toBe(0)
    // Each page asks for its posts and for the newcomers; those of its first load may come this late.
    const catchUps = 1 + Math.floor((performance.now() - began) / 10_000)
    expect(asked.length / readers.length).toBeLessThanOrEqual(2 * catchUps + 1)
  })

  it('a page over a restarted process reconnects and converges', { timeout: 60_000 }, async () => {
    const reader = await person(1, [...cut, /status of 50\d/])
    await follow(reader, '/')
    const old = rollcall.apps[1]
    if (!old) throw new Error('There is no second instance.')
    await old.stop()
    await write(ada, 'Written while it was down.')
    rollcall.apps[1] = await restart(old)
    await newPosts(reader, '1 new post').waitFor({ timeout: 20_000 })
    rollcall.clerk.users.update(ada, { lastName: 'Restarted' })
    await named(reader, 'Ada was here before.').getByText('Ada Restarted').waitFor()
    expect(await wasReloaded(reader)).toBe(false)
  })

  function restart(old: RunningApp): Promise<RunningApp> {
    return startApp({
      cwd: resolve(import.meta.dirname, '../../..'),
      port: Number(new URL(old.url).port),
      env: { ...rollcall.clerk.env, ...quiet, DATABASE_URL: rollcall.databaseUrl, NUXT_SITE_URL: rollcall.apps.map(({ url }) => url).join(',') },
      quiet: true,
    })
  }
})
