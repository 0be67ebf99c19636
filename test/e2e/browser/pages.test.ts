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
const guestPages = ['/', '/posts/:id', '/sign-in', '/sign-up', '/nowhere']

const schemes = ['light', 'dark'] as const
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

  it.concurrent.each(schemes)('can be used by everyone, and fits a phone, in %s', scheme => stage.visit(async (page) => {
    const found: Record<string, string[]> = {}
    const check = async (path: string, who: string) => {
      await open(page, path)
      for (const size of sizes) {
        await page.setViewportSize(size)
        const violations = await violationsOf(page)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        if (width > size.width) violations.push(`scrolls sideways: ${width} pixels`)
        if (violations.length > 0) found[`${path}, ${who}, ${size.width}`] = violations
      }
    }
    for (const path of guestPages) await check(path, 'a guest')
    await signIn(page, adminEmail)
    for (const path of pages) await check(path, 'signed in')
    expect(found).toEqual({})
  }, { colorScheme: scheme, allow }), 120_000)

  it.each([
    ['de-DE', 'März 2026', 'Deutschland'],
    ['ar-EG', 'مارس ٢٠٢٦', 'ألمانيا'],
  ])('speaks %s of times and countries in a far zone, from the server\'s markup on', (locale, month, country) => stage.visit(async (page) => {
    await signIn(page, adminEmail)
    await stage.rollcall.clerk.deliveries.settled()
    // In Kiritimati, 14 hours ahead, this is the first of March.
    await stage.rollcall.db.$client`update users set clerk_created_at = '2026-02-28T12:00:00Z' where id = ${ada}`
    for (const path of pages) {
      await open(page, path)
      const times = await page.locator('main time:visible:not([data-exact])').evaluateAll(all => all.map(one => one.getAttribute('lang')))
      expect(new Set(times)).toEqual(times.length > 0 ? new Set([locale]) : new Set())
    }

    await open(page, `/users/${ada}`)
    await page.locator('main').getByText(month).waitFor()
    expect(await page.getByTestId('country').textContent()).toBe(country)
    await open(page, '/settings')
    expect(await page.getByTestId('country-select').textContent()).toContain(country)
  }, { timezoneId: 'Pacific/Kiritimati', locale, allow }))

  it.each(['/nowhere', '/posts/01890000-0000-7000-8000-000000000000', '/posts/what', '/users/user_nobody'])('says at %s that there is nothing, with a way back', path => stage.visit(async (page) => {
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(404)
    await page.getByTestId('error-page').getByText('404').waitFor()
    await page.waitForLoadState('networkidle')
    await page.getByRole('link', { name: 'Go to the feed' }).click()
    await page.getByTestId('post').first().waitFor()
  }, { allow }))
})
