import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { hasBrowser, hydrated } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { postsWith } from '../support/feed.ts'
import { tabTo } from '../support/keyboard.ts'
import { useStage } from '../support/stage.ts'

const focused = (page: Page) => page.evaluate(() => document.activeElement?.id)

/** The longest that anything on the page takes to move, in milliseconds. */
const longestMotion = (page: Page) => page.evaluate(() => Math.max(...[...document.querySelectorAll('*')].flatMap((element) => {
  const { transitionDuration, animationDuration } = getComputedStyle(element)
  return `${transitionDuration}, ${animationDuration}`.split(', ').map(text => parseFloat(text) * (text.endsWith('ms') ? 1 : 1000) || 0)
})))

describe.skipIf(!hasBrowser)('without a mouse', () => {
  const stage = useStage({ people: true })

  it.each([
    ['light', 'no-preference'],
    ['dark', 'reduce'],
  ] as const)('one likes, opens, replies, goes back and changes the bio, in %s, motion: %s', (colorScheme, reducedMotion) => stage.visit(async (page) => {
    const text = `Typed in ${colorScheme}.`
    const still = async () => {
      if (reducedMotion === 'reduce') expect(await longestMotion(page)).toBeLessThan(1)
    }
    await signIn(page, memberEmail)
    await still()

    const post = page.getByTestId('post').first()
    const like = post.getByTestId('like')
    const before = await like.getAttribute('aria-pressed')
    await tabTo(page, like)
    await page.keyboard.press('Space')
    await expect.poll(() => like.getAttribute('aria-pressed')).not.toBe(before)

    await tabTo(page, post.getByTestId('replies'), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    await expect.poll(() => focused(page)).toBe('content')
    await expect.poll(() => page.locator('.nuxt-route-announcer').textContent()).toMatch(/: .*Rollcall$/)
    await still()

    await tabTo(page, page.getByTestId('composer').getByRole('textbox'))
    await page.keyboard.type(text)
    await tabTo(page, page.getByTestId('composer-send'))
    await page.keyboard.press('Enter')
    await postsWith(page, text).and(page.locator('[aria-busy=false]')).waitFor()

    await tabTo(page, page.getByRole('link', { name: 'Back to the feed' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Feed', level: 1 }).waitFor()
    await expect.poll(() => focused(page)).toBe('content')

    await tabTo(page, page.getByRole('link', { name: 'Settings' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
    const bio = page.getByLabel('Bio')
    await tabTo(page, bio)
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(text)
    await tabTo(page, page.getByTestId('profile-save'))
    await page.keyboard.press('Enter')
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(await page.getByTestId('profile-save').evaluate(button => button === document.activeElement)).toBe(true)
    await still()
    await page.reload()
    await expect.poll(() => bio.inputValue()).toBe(text)
  }, { colorScheme, reducedMotion }))

  it('one skips to the content first, and changes the colours', () => stage.visit(async (page) => {
    await page.goto('/')
    await page.getByTestId('viewer-signed-out').waitFor()
    await page.waitForLoadState('networkidle')
    await page.keyboard.press('Tab')
    await page.locator('a:focus', { hasText: 'Skip to content' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('content')

    await page.goto('/')
    await hydrated(page)
    const theme = page.locator('[data-testid=theme-switch]:visible')
    await tabTo(page, theme)
    const said: (string | null)[] = []
    for (const scheme of ['light', 'dark', 'light']) {
      await page.keyboard.press('Enter')
      await page.locator(`html.${scheme}`).waitFor()
      said.push(await page.getByRole('status').filter({ hasText: 'Theme:' }).textContent())
      expect(await theme.evaluate(button => button === document.activeElement)).toBe(true)
    }
    expect(said).toEqual(['Theme: Light', 'Theme: Dark', 'Theme: System'])
    expect(await theme.getAttribute('aria-label')).toBe('Theme: System. Change to Light')
  }, { colorScheme: 'light' }))
})
