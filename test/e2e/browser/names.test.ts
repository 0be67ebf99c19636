import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { updateProfile } from '#db/queries/users.ts'
import { adminEmail, memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser, hydrated } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ben = '', fatou = '' } = peopleIds
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

const card = (page: Page) => page.getByTestId('hover-card')
const focusedPost = (page: Page) => page.evaluate(() => [...document.querySelectorAll('[data-post-id]')].findIndex(post => post === document.activeElement))
/** Waits until what the first sign of activity loads is there. */
const settle = async (page: Page) => {
  await page.mouse.move(5, 5)
  await page.getByTestId('shortcuts').waitFor({ state: 'attached' })
}

describe.skipIf(!hasBrowser)('names and keys', () => {
  const stage = useStage({ people: true })

  beforeAll(async () => {
    await updateProfile(stage.rollcall.db, fatou, { bio: 'Mends bicycles.\nhttps://example.com' })
  })

  it('a name that is pointed at or focused has a card, which follows a rename and is asked for once', () => stage.visit(async (page) => {
    const asked: string[] = []
    page.on('request', request => void (request.url().includes(`/api/users/${fatou}`) && asked.push(request.url())))
    await signIn(page, memberEmail)
    await settle(page)
    const name = page.getByTestId('post').getByTestId('user-name').filter({ hasText: 'Fatou' }).first()
    await name.scrollIntoViewIfNeeded()
    await name.hover()
    await card(page).waitFor()
    expect(await card(page).innerText()).toMatch(/Fatou Diallo\s+@fatou\s+Mends bicycles\.\s+https:\/\/example\.com\s+Joined November 2026/)
    const [box, anchor] = [await card(page).boundingBox(), await name.boundingBox()]
    expect(box && anchor && Math.abs(box.x - anchor.x)).toBeLessThan(2)
    expect(await violationsOf(page)).toEqual([])

    await card(page).hover()
    await page.waitForTimeout(300)
    stage.rollcall.clerk.users.update(fatou, { lastName: 'Renamed' })
    await card(page).getByText('Fatou Renamed').waitFor()
    await page.mouse.move(5, 5)
    await card(page).waitFor({ state: 'detached' })

    // By the keyboard, and away by Escape.
    await page.keyboard.press('Tab')
    await name.focus()
    await card(page).waitFor()
    expect(await name.getAttribute('aria-describedby')).toBe(await card(page).getAttribute('id'))
    await page.keyboard.press('Escape')
    await card(page).waitFor({ state: 'detached' })
    expect(await name.getAttribute('aria-describedby')).toBeNull()
    // Once, and once more after the rename.
    expect(asked.length).toBeLessThanOrEqual(2)

    await name.hover()
    await card(page).waitFor()
    await page.mouse.wheel(0, 300)
    await card(page).waitFor({ state: 'detached' })
  }))

  it('j and k go through posts, n writes one, / searches, ? lists them, and none of them while typing', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await page.keyboard.press('j')
    await expect.poll(() => focusedPost(page)).toBe(0)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(await focusedPost(page)).toBe(1)
    await page.keyboard.press('Control+j')
    expect(await focusedPost(page)).toBe(1)
    const post = page.getByTestId('post').nth(1)
    expect(await post.evaluate(element => getComputedStyle(element).outlineStyle)).not.toBe('none')

    await page.keyboard.press('Shift+?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.waitFor()
    expect(await sheet.locator('kbd').allTextContents()).toEqual(['j', 'k', 'Enter', 'n', '/', '?'])
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('j')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
    expect(await focusedPost(page)).toBe(1)

    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'Feed', level: 1 }).waitFor()
    const box = page.getByTestId('composer').getByRole('textbox')
    await expect.poll(() => box.evaluate(element => element === document.activeElement)).toBe(true)
    await page.keyboard.type('jk/?n')
    expect(await box.inputValue()).toBe('jk/?n')
    await box.blur()

    await page.keyboard.press('/')
    await page.getByRole('heading', { name: 'Search', level: 1 }).waitFor()
    await expect.poll(() => page.getByTestId('posts-search').evaluate(element => element.contains(document.activeElement))).toBe(true)
    await page.getByRole('main').getByRole('link', { name: 'People' }).click()
    await page.getByTestId('person').first().waitFor()
    // The list begins with those who just joined.
    expect(await page.getByTestId('newcomers').count()).toBe(0)

    await page.goto('/settings')
    await hydrated(page)
    await page.getByTestId('shortcuts-on').uncheck()
    await page.goto('/')
    await settle(page)
    await page.keyboard.press('j')
    expect(await focusedPost(page)).toBe(-1)
  }))

  it('the account\'s corner and dialog have our face and colours, wherever they are opened from', () => stage.visit(async (page) => {
    await signIn(page, 'ben', '/sign-in?redirect_url=/settings')
    const face = page.locator('.cl-userButtonTrigger:visible .cl-avatarBox')
    expect(await face.evaluate(element => getComputedStyle(element, '::after').content)).toBe('"BC"')
    expect(await face.locator('img:visible').count()).toBe(0)

    const background = () => page.locator('.cl-userProfile-root .cl-cardBox').evaluate(element => getComputedStyle(element).backgroundColor)
    await page.getByTestId('open-account').click()
    await page.locator('.cl-userProfile-root').waitFor()
    const fromSettings = await background()
    await page.goto(`/users/${ben}`)
    await page.locator('.cl-userButtonTrigger:visible').click()
    await page.locator('.cl-userButtonPopoverActionButton__manageAccount').click()
    await page.locator('.cl-userProfile-root').waitFor()
    expect(await background()).toBe(fromSettings)
  }, { colorScheme: 'dark' }))

  it('on a phone an admin has settings and admin, and a post\'s actions begin where its text does', () => stage.visit(async (page) => {
    await signIn(page, adminEmail)
    expect((await page.locator('nav[aria-label=Main]:visible a').allInnerTexts()).map(text => text.trim())).toEqual(expect.arrayContaining(['Settings', 'Admin']))
    const lefts = await page.getByTestId('post').evaluateAll(posts => posts.map(post => ['[data-testid=post-body]', '[data-testid=replies] span', '[data-testid=like] svg'].map(one => post.querySelector(one)?.getBoundingClientRect().left ?? 0)))
    expect(new Set(lefts.map(([body, replies]) => (replies ?? 0) - (body ?? 0)))).toEqual(new Set([0]))
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  }, phone))

  it('a guest is told what this is, and without scripts how to sign in', () => stage.visit(async (page) => {
    await page.goto('/')
    expect(await page.getByTestId('viewer-signed-out').innerText()).toContain('Rollcall is')
    for (const path of ['/sign-in', '/sign-up']) {
      await page.goto(path)
      expect(await page.getByTestId('needs-scripts').isVisible()).toBe(true)
      expect(await page.getByTestId('needs-scripts').innerText()).toContain('needs JavaScript')
    }
  }, { javaScriptEnabled: false }))
})
