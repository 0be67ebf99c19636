import type { Page, Request } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { updateProfile } from '#db/queries/users.ts'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { until } from '../support/admin.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { bringSession } from '../support/session.ts'
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

/** @returns waits until the page has asked for nothing for 300 ms and has every answer, but for the stream, which has no end */
function untilAnswered(page: Page): () => Promise<void> {
  const asked = new Set<Request>()
  let last = 0
  page.on('request', (request) => {
    last = performance.now()
    if (!request.url().endsWith('/live')) asked.add(request)
  })
  const end = (request: Request) => {
    last = performance.now()
    asked.delete(request)
  }
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return async () => void await until(async () => asked.size === 0 && performance.now() - last > 300, quiet => quiet)
}

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

  /** Goes there by a link, without loading the app anew, and waits until all that the page asks for is there. */
  const follow = async (page: Page, path: string, answered: () => Promise<void>) => {
    await page.evaluate((href) => {
      const link = Object.assign(document.createElement('a'), { href })
      document.body.append(link)
      link.click()
      link.remove()
    }, path.replace(':id', thread))
    await page.waitForURL(path.replace(':id', thread))
    await answered()
    await page.getByRole('heading', { level: 1 }).first().waitFor()
  }

  /**
   * Checks each page at each size by all rules in one theme, and by those of colours in the other.
   * @param how `load` loads each page in the dark; `follow` loads the first, and goes on by links in the theme that is on: the test of far zones loads all pages in the dark
   */
  const checkAll = async (page: Page, paths: string[], how: 'load' | 'follow') => {
    const found: Record<string, string[]> = {}
    const answered = untilAnswered(page)
    for (const [index, path] of paths.entries()) {
      const [whole, other] = how === 'load' || index % 2 === 0 ? ['dark', 'light'] as const : ['light', 'dark'] as const
      await page.emulateMedia({ colorScheme: whole })
      if (how === 'load' || index === 0) await open(page, path)
      else await follow(page, path, answered)
      for (const scheme of [whole, other]) {
        await page.emulateMedia({ colorScheme: scheme })
        await page.locator(`html.${scheme}`).waitFor()
        for (const size of scheme === whole ? sizes : sizes.toReversed()) {
          await page.setViewportSize(size)
          const violations = await violationsOf(page, { colours: scheme === other })
          const width = await page.evaluate(() => document.documentElement.scrollWidth)
          if (width > size.width) violations.push(`scrolls sideways: ${width} pixels`)
          if (violations.length > 0) found[`${path}, ${scheme}, ${size.width}`] = violations
        }
      }
    }
    expect(found).toEqual({})
  }

  describe('can be used by everyone, light and dark, and fits a phone', () => {
    it.concurrent('as a guest', () => stage.visit(page => checkAll(page, guestPages, 'load'), { allow }), 120_000)
    it.concurrent.each([
      ['a member', pages.filter(path => !isAdminPage(path))],
      ['an admin', pages.filter(isAdminPage)],
    ])('as %s', (_, paths) => stage.visit(async (page) => {
      await bringSession(page, adminEmail)
      await checkAll(page, paths, 'follow')
    }, { allow }), 240_000)
  })

  it.concurrent.each([
    ['ar-EG', 'مارس ٢٠٢٦', 'ألمانيا', pages],
    // What is right on all pages in digits of another script is looked at on those with most to say.
    ['de-DE', 'März 2026', 'Deutschland', ['/', '/admin', `/users/${ada}`, '/settings']],
  ])('speaks %s of times and countries in a far zone, from the server\'s markup on', (locale, month, country, paths) => stage.visit(async (page) => {
    await bringSession(page, adminEmail)
    await stage.rollcall.clerk.deliveries.settled()
    // In Kiritimati, 14 hours ahead, this is the first of March.
    await stage.rollcall.db.$client`update users set clerk_created_at = '2026-02-28T12:00:00Z' where id = ${ada}`
    const told: Record<string, () => Promise<void>> = {
      [`/users/${ada}`]: async () => {
        await page.locator('main').getByText(month).waitFor()
        expect(await page.getByTestId('country').textContent()).toBe(country)
      },
      '/settings': async () => expect(await page.getByTestId('country-select').textContent()).toContain(country),
    }
    expect(paths).toEqual(expect.arrayContaining(Object.keys(told)))
    for (const path of paths) {
      await open(page, path)
      const times = await page.locator('main time:visible:not([data-exact])').evaluateAll(all => all.map(one => one.getAttribute('lang')))
      expect(new Set(times)).toEqual(times.length > 0 ? new Set([locale]) : new Set())
      await told[path]?.()
    }
  }, { colorScheme: 'dark', timezoneId: 'Pacific/Kiritimati', locale, allow }), 120_000)

  it.each(['/nowhere', '/posts/01890000-0000-7000-8000-000000000000', '/posts/what', '/users/user_nobody'])('says at %s that there is nothing, with a way back', path => stage.visit(async (page) => {
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(404)
    await page.getByTestId('error-page').getByText('404').waitFor()
    await page.waitForLoadState('networkidle')
    await page.getByRole('link', { name: 'Go to the feed' }).click()
    await page.getByTestId('post').first().waitFor()
  }, { allow }))
})
