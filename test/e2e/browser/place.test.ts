import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { insertPosts } from '../support/feed.ts'
import { useStage } from '../support/stage.ts'

const author = peopleIds.ingrid ?? ''

describe.skipIf(!hasBrowser)('the place in a list', () => {
  const stage = useStage({ people: true })

  /** Scrolls until some pages are loaded. @returns the id of a post in sight */
  async function scrollDown(page: Page): Promise<string> {
    await expect.poll(async () => {
      await page.mouse.wheel(0, 3_000)
      return page.getByTestId('post').count()
    }, { timeout: 10_000 }).toBeGreaterThan(60)
    await page.waitForLoadState('networkidle')
    // What just came slides in.
    await page.waitForTimeout(400)
    const id = await page.getByTestId('post').evaluateAll((posts) => {
      const seen = posts.find(post => post.getBoundingClientRect().top > 200)
      return seen?.getAttribute('data-post-id')
    })
    return id ?? ''
  }

  const topOf = (page: Page, id: string) => page.locator(`[data-post-id="${id}"]`).evaluate(post => post.getBoundingClientRect().top)

  async function expectPlace(page: Page, id: string, top: number) {
    await page.locator(`[data-post-id="${id}"]`).waitFor()
    await expect.poll(async () => Math.abs(await topOf(page, id) - top), { timeout: 5_000 }).toBeLessThanOrEqual(2)
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(400)
    expect(Math.abs(await topOf(page, id) - top)).toBeLessThanOrEqual(2)
  }

  it.each([['the feed', '/'], ['a profile', `/users/${author}`]])('of %s is kept on the way back and forward, though new posts came', (_, path) => stage.visit(async (page) => {
    await insertPosts(stage.rollcall.db, author, 80)
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    const id = await scrollDown(page)
    const top = await topOf(page, id)
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(2_000)

    await page.locator(`[data-post-id="${id}"]`).getByTestId('replies').click()
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    await insertPosts(stage.rollcall.db, author, 2)
    await page.goBack()
    await expectPlace(page, id, top)
    await page.getByTestId('new-posts').filter({ hasText: /\d+ new post/ }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-post-id'))).toBe(id)

    await page.goForward()
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    await page.goBack()
    await expectPlace(page, id, top)
  }))

  it('is kept by the browser\'s forward, too', () => stage.visit(async (page) => {
    await insertPosts(stage.rollcall.db, author, 80)
    await page.goto('/')
    await page.getByTestId('post').getByTestId('user-name').filter({ hasText: 'Ingrid' }).first().click()
    await page.waitForURL(/\/users\//)
    await page.getByTestId('feed').waitFor()
    await page.waitForLoadState('networkidle')
    const id = await scrollDown(page)
    const top = await topOf(page, id)
    await page.goBack()
    await page.waitForURL('/')
    await page.getByTestId('post').first().waitFor()
    await page.goForward()
    await page.waitForURL(/\/users\//)
    await expectPlace(page, id, top)
  }))
})
