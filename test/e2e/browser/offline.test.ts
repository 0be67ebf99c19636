import type { Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { postsWith, writePost } from '../support/feed.ts'
import { useStage } from '../support/stage.ts'

const scripts = /\/_nuxt\/[^/]+\.js$/
const allow = [/net::ERR_/, /NUXT_E5002/, /Failed to fetch dynamically imported module/, /status of 404/]

describe.skipIf(!hasBrowser)('without a network', () => {
  const stage = useStage({ people: true })

  it.each([['a wide screen', 1280], ['a phone', 390]])('%s says so, moves nothing, and takes back what did not work', (_, width) => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    // What shows messages is loaded on the first sign of activity.
    await page.mouse.move(10, 10)
    const post = page.getByTestId('post').nth(1)
    const place = () => post.boundingBox()
    await page.waitForLoadState('networkidle')
    const before = await place()

    await page.context().setOffline(true)
    const notice = page.getByTestId('offline')
    await notice.waitFor()
    expect(await page.getByRole('status').filter({ has: notice }).count()).toBe(1)
    expect(await place()).toEqual(before)
    if (width < 1024) {
      const [box, bar] = [await notice.boundingBox(), await page.getByRole('navigation').last().boundingBox()]
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
    }

    const like = post.getByTestId('like')
    const liked = await like.getAttribute('aria-pressed')
    await like.click()
    await page.getByText('Couldn’t save your like', { exact: true }).waitFor()
    expect(await like.getAttribute('aria-pressed')).toBe(liked)
    await writePost(page, 'From a tunnel.')
    await page.getByTestId('composer-failure').waitFor()
    await postsWith(page, 'From a tunnel.').waitFor({ state: 'detached' })

    await page.context().setOffline(false)
    await notice.waitFor({ state: 'detached' })

    // What was written is not lost with the page.
    await page.goto('/people')
    await page.goto('/')
    await expect.poll(() => page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('From a tunnel.')
  }, { viewport: { width, height: 844 }, allow, newBrowser: true }))

  it('a page whose scripts do not load is not opened: the reader stays, keeps what they wrote, and can try again', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    const box = page.getByTestId('composer').getByRole('textbox')
    await box.fill('From a tunnel.')
    await page.context().setOffline(true)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    const notice = page.getByTestId('missing')
    await notice.waitFor()
    expect(await notice.textContent()).toBe('That couldn’t be loaded. You’re offline.')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await box.inputValue()).toBe('From a tunnel.')
    expect(await violationsOf(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violationsOf(page)).toEqual([])

    const again = page.getByRole('button', { name: 'Try again' })
    await again.click()
    await notice.waitFor()
    await page.context().setOffline(false)
    await again.click()
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await notice.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Feed' }).last().click()
    expect(await box.inputValue()).toBe('From a tunnel.')
  }, { allow, newBrowser: true }))

  it('a menu whose script does not load opens when that is tried again', () => stage.visit(async (page) => {
    await page.goto('/')
    await page.getByTestId('user-name').first().waitFor()
    await page.mouse.move(10, 10)
    await page.waitForLoadState('networkidle')
    await page.route(scripts, route => route.abort())
    await page.getByRole('button', { name: /^More/ }).first().click()
    await page.getByTestId('missing').waitFor()
    await page.unroute(scripts)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('menuitem', { name: 'Copy link' }).waitFor()
    await page.getByTestId('missing').waitFor({ state: 'detached' })
  }, { allow, newBrowser: true }))

  it('a page whose scripts are gone after a deploy is loaded anew, and once only', () => stage.visit(async (page) => {
    await page.goto('/')
    await page.getByTestId('user-name').first().waitFor()
    await page.waitForLoadState('networkidle')
    let loads = 0
    page.on('request', request => loads += Number(request.isNavigationRequest()))
    const gone = (route: Route) => loads > 0 ? route.continue() : route.fulfill({ status: 404, body: '' })
    await page.route(scripts, gone)
    await page.getByTestId('user-name').first().click()
    await page.waitForURL('/users/*')
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await page.waitForLoadState('networkidle')
    expect(loads).toBe(1)

    // A page whose script is still gone then is not loaded for ever.
    await page.unroute(scripts)
    loads = 0
    const lost = new Set<string>()
    await page.route(scripts, (route) => {
      const url = route.request().url()
      if (loads === 0) lost.add(url)
      return lost.has(url) ? route.fulfill({ status: 404, body: '' }) : route.continue()
    })
    await page.getByRole('link', { name: 'Sign up' }).first().click()
    await page.getByTestId('error-page').waitFor()
    await page.waitForLoadState('networkidle')
    expect(loads).toBe(1)
  }, { newBrowser: true, allow: [...allow, /Failed to load module script/, /NUXT_E1005/] }))
})
