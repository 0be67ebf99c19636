import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { authorNames, insertPosts, postsWith, writePost } from '../support/feed.ts'
import { useStage } from '../support/stage.ts'

describe.skipIf(!hasBrowser)('the feed', () => {
  const stage = useStage({ people: true })

  it('shows a guest names and faces, no composer, and asks Clerk nothing', () => stage.visit(async (page) => {
    stage.rollcall.clerk.clearBackendRequests()
    await page.goto('/')
    expect(new Set(await authorNames(page)).size).toBeGreaterThan(5)
    const faces = page.getByTestId('post').getByTestId('user-face')
    expect(await faces.locator('img').count()).toBeGreaterThan(5)
    await expect.poll(() => faces.locator('img').evaluateAll(images => images.every(image => image instanceof HTMLImageElement && image.naturalWidth > 0))).toBe(true)
    await page.getByTestId('viewer-signed-out').waitFor()
    expect(await page.getByTestId('composer').count()).toBe(0)

    await page.getByTestId('replies').first().click()
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    await page.getByTestId('user-name').first().click()
    await page.getByText(/^Joined /).waitFor()
    expect(stage.rollcall.clerk.backendRequests().filter(({ path }) => path !== '/v1/instance')).toEqual([])
  }))

  it('is not changed by a forged delivery', () => stage.visit(async (page) => {
    const { app, clerk, db } = stage.rollcall
    const post = postsWith(page, 'Ada Lindqvist').first()
    await page.goto('/')
    const before = await authorNames(page)

    const now = Date.now()
    const body = JSON.stringify({
      object: 'event', type: 'user.updated', timestamp: now, instance_id: clerk.instanceId,
      data: { id: peopleIds.ada, first_name: 'Mallory', updated_at: now },
    })
    const forged = new Webhook(`whsec_${Buffer.from('not the secret of this endpoint').toString('base64')}`)
    const answer = await fetch(`${app.url}/api/webhooks`, { method: 'POST', body, headers: {
      'content-type': 'application/json', 'svix-id': 'msg_forged', 'svix-timestamp': String(Math.floor(now / 1000)),
      'svix-signature': forged.sign('msg_forged', new Date(now), body),
    } })
    expect(answer.status).toBe(400)
    expect(await db.$client`select 1 from webhook_events where id = 'msg_forged'`).toHaveLength(0)
    await page.reload()
    await post.waitFor()
    expect(await authorNames(page)).toEqual(before)
  }))

  it('gives back what was typed when a post is refused', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await page.route('**/api/posts', route => route.request().method() === 'POST' ? route.abort() : route.continue())
    await writePost(page, 'Do not lose this.')
    await page.getByTestId('composer-failure').waitFor()
    expect(await page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('Do not lose this.')
    await expect.poll(() => postsWith(page, 'Do not lose this.').count()).toBe(0)

    await page.unroute('**/api/posts')
    await page.getByTestId('composer-send').click()
    await postsWith(page, 'Do not lose this.').and(page.locator('[aria-busy=false]')).waitFor()
  }, { allow: [/net::ERR_FAILED/] }))

  it.each(['user-name', 'replies'])('a link of a post (%s) opens its page in the app as it is, and by Ctrl in another tab', part => stage.visit(async (page) => {
    await page.goto('/')
    await page.waitForLoadState('networkidle')
    await page.evaluate(() => void document.body.setAttribute('data-same-app', ''))
    const link = page.getByTestId('post').getByTestId(part).first()
    const href = await link.getAttribute('href') ?? ''
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click({ modifiers: ['ControlOrMeta'] })])
    await tab.close()
    expect(new URL(page.url()).pathname).toBe('/')

    await link.click()
    await page.waitForURL(href)
    await page.getByTestId('post').first().waitFor()
    expect(await page.locator('body[data-same-app]').count()).toBe(1)
  }))

  it('pages through hundreds of posts by scrolling: each once, in order, to the end', () => stage.visit(async (page) => {
    await insertPosts(stage.rollcall.db, peopleIds.ingrid ?? '', 210)
    await page.goto('/')
    await expect.poll(async () => {
      await page.mouse.wheel(0, 20_000)
      return page.getByTestId('feed-done').isVisible()
    }, { timeout: 25_000, interval: 50 }).toBe(true)

    const ids = await page.getByTestId('post').evaluateAll(posts => posts.map(post => post.getAttribute('data-post-id')))
    expect(ids.length).toBeGreaterThan(250)
    expect(new Set(ids).size).toBe(ids.length)
    const rows = await stage.rollcall.db.$client<{ id: string }[]>`select id from posts where parent_id is null order by created_at desc, id desc`
    expect(ids).toEqual(rows.map(({ id }) => id))
  }))
})

describe.skipIf(!hasBrowser)('an empty database', () => {
  const stage = useStage()

  it('has a feed that asks to say who you are', () => stage.visit(async (page) => {
    await page.goto('/')
    await page.getByTestId('feed-empty').getByText('No posts yet. Be the first to say something.').waitFor()
    await page.getByTestId('feed-empty').getByRole('link', { name: 'Sign up' }).click()
    await page.waitForURL('/sign-up')
  }))
})
