import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { updateProfile } from '#db/queries/users.ts'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ada = '', theodora = '', kwame = '', ben = '' } = peopleIds

/** Every page as someone who is signed in, and sees all of them. `:id` is a post with replies. */
const pages = [
  '/',
  '/posts/:id',
  `/users/${ada}`,
  `/users/${theodora}`,
  `/users/${kwame}`, // gone
  `/users/${ben}`, // banned
  '/people',
  '/settings',
  '/admin',
  '/admin/users',
  `/admin/users/${ada}`,
  `/admin/users/${kwame}`, // gone
  '/admin/events',
  '/admin/reconcile',
  '/nowhere',
]
const isAdminPage = (path: string) => path.startsWith('/admin')
const guestPages = ['/', '/posts/:id', '/sign-in', '/sign-up', '/nowhere']

const sizes = [{ width: 1280, height: 900 }, { width: 390, height: 844 }]
const allow = [/status of 404/]

describe.skipIf(!hasBrowser)('every page', () => {
  const stage = useStage({ people: true })
  let thread = ''

  beforeAll(async () => {
    const { clerk, db } = stage.rollcall
    const [post] = await db.$client<{ id: string }[]>`
      select parent_id as id from posts where parent_id is not null group by parent_id order by count(*) desc limit 1
    `
    thread = post?.id ?? ''
    await updateProfile(db, ada, { bio: 'Keeps the list.\nhttps://example.com/a-long-address-that-goes-on-and-on-and-on-and-on-and-on', country: 'DE', birthday: '1990-03-01' })
    clerk.users.delete(kwame)
    clerk.users.setBanned(ben, true)
    await clerk.deliveries.settled()
  })

  const open = async (page: Page, path: string) => {
    await page.goto(path.replace(':id', thread))
    if (path.startsWith('/sign-')) await page.locator('.cl-formButtonPrimary').waitFor()
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await page.waitForLoadState('networkidle')
  }

  // Loaded in the dark, as the other tests load them in the light; then the reader's system turns to light.
  const checkAll = async (page: Page, paths: string[]) => {
    const found: Record<string, string[]> = {}
    for (const path of paths) {
      await page.emulateMedia({ colorScheme: 'dark' })
      await open(page, path)
      for (const scheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        await page.locator(`html.${scheme}`).waitFor()
        for (const size of sizes) {
          await page.setViewportSize(size)
          const violations = await violationsOf(page, { colours: scheme === 'light' })
          const width = await page.evaluate(() => document.documentElement.scrollWidth)
          if (width > size.width) violations.push(`scrolls sideways: ${width} pixels`)
          if (violations.length > 0) found[`${path}, ${scheme}, ${size.width}`] = violations
        }
      }
    }
    expect(found).toEqual({})
  }

  describe('can be used by everyone, light and dark, and fits a phone', () => {
    it.concurrent('as a guest', () => stage.visit(page => checkAll(page, guestPages), { allow }), 120_000)
    it.concurrent.each([
      ['a member', pages.filter(path => !isAdminPage(path))],
      ['an admin', pages.filter(isAdminPage)],
    ])('as %s', (_, paths) => stage.visit(async (page) => {
      await signIn(page, adminEmail)
      await checkAll(page, paths)
    }, { allow }), 240_000)
  })

  it.concurrent.each([
    ['ar-EG', 'مارس ٢٠٢٦', 'ألمانيا', pages],
    // What is right on all pages in digits of another script is looked at on those with most to say.
    ['de-DE', 'März 2026', 'Deutschland', ['/', '/admin']],
  ])('speaks %s of times and countries in a far zone, from the server\'s markup on', (locale, month, country, paths) => stage.visit(async (page) => {
    await signIn(page, adminEmail)
    await stage.rollcall.clerk.deliveries.settled()
    // In Kiritimati, 14 hours ahead, this is the first of March.
    await stage.rollcall.db.$client`update users set clerk_created_at = '2026-02-28T12:00:00Z' where id = ${ada}`
    for (const path of paths) {
      await open(page, path)
      const times = await page.locator('main time:visible:not([data-exact])').evaluateAll(all => all.map(one => one.getAttribute('lang')))
      expect(new Set(times)).toEqual(times.length > 0 ? new Set([locale]) : new Set())
    }

    await open(page, `/users/${ada}`)
    await page.locator('main').getByText(month).waitFor()
    expect(await page.getByTestId('country').textContent()).toBe(country)
    await open(page, '/settings')
    expect(await page.getByTestId('country-select').textContent()).toContain(country)
  }, { timezoneId: 'Pacific/Kiritimati', locale, allow }), 120_000)

  it.concurrent.each(['/nowhere', '/posts/01890000-0000-7000-8000-000000000000', '/posts/what', '/users/user_nobody'])('says at %s that there is nothing, with a way back', path => stage.visit(async (page) => {
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(404)
    await page.getByTestId('error-page').getByText('404').waitFor()
    await page.waitForLoadState('networkidle')
    await page.getByRole('link', { name: 'Go to the feed' }).click()
    await page.getByTestId('post').first().waitFor()
  }, { allow }))
})
