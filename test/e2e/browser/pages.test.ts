import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adminEmail } from '../../../local-clerk/index.ts'
import { peopleIds } from '../../../local-clerk/seed/people.ts'
import { seriousViolations } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/clerk-ui.ts'
import { useStage } from '../support/stage.ts'

const pages = ['/', '/posts/:id', `/users/${peopleIds.theodora}`, '/settings', '/admin/users'] as const
const guestPages = ['/', '/sign-in', '/sign-up'] as const
const schemes = ['light', 'dark'] as const

describe.skipIf(!hasBrowser)('every page', () => {
  const stage = useStage({ people: true })
  let thread = ''

  beforeAll(async () => {
    const [post] = await stage.rollcall.db.$client<{ id: string }[]>`
      select parent_id as id from posts where parent_id is not null group by parent_id order by count(*) desc limit 1
    `
    thread = post?.id ?? ''
  })

  const open = async (page: Page, path: string) => {
    await page.goto(path.replace(':id', thread))
    if (path.startsWith('/sign-')) await page.locator('.cl-formButtonPrimary').waitFor()
    else await page.getByTestId('user-name').or(page.getByTestId('profile-form')).or(page.getByRole('heading', { level: 1 })).first().waitFor()
  }

  it.each(schemes)('can be used by everyone, in %s', scheme => stage.visit(async (page) => {
    const found: Record<string, string[]> = {}
    const check = async (path: string) => {
      await open(page, path)
      const violations = await seriousViolations(page)
      if (violations.length > 0) found[path] = violations
    }
    for (const path of guestPages) await check(path)
    await signIn(page, adminEmail)
    for (const path of pages) await check(path)
    expect(found).toEqual({})
  }, { colorScheme: scheme }))

  it('fits a phone of 390 pixels: nothing scrolls sideways', () => stage.visit(async (page) => {
    const tooWide: Record<string, number> = {}
    const check = async (path: string) => {
      await open(page, path)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      if (width > 390) tooWide[path] = width
    }
    for (const path of guestPages) await check(path)
    await signIn(page, adminEmail)
    for (const path of [...pages, '/users/user_nobody']) await check(path)
    expect(tooWide).toEqual({})
  }, { viewport: { width: 390, height: 844 }, allow: [/status of 404/] }))

  it('is taken over from the server\'s markup in a far time zone and another language', () => stage.visit(async (page) => {
    await signIn(page, adminEmail)
    for (const path of pages) {
      await open(page, path)
      await page.waitForLoadState('networkidle')
    }
  }, { timezoneId: 'Pacific/Kiritimati', locale: 'tr-TR' }))

  it.each(['/nowhere', '/posts/01890000-0000-7000-8000-000000000000', '/posts/what', '/users/user_nobody'])('says at %s that there is nothing, with a way back', path => stage.visit(async (page) => {
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(404)
    await page.getByTestId('error-page').getByText('404').waitFor()
    await page.getByRole('button', { name: 'Go to the feed' }).click()
    await page.getByTestId('post').first().waitFor()
  }, { allow: [/status of 404/] }))
})
