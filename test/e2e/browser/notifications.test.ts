import type { Page } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { beforeAll, describe, expect, it } from 'vitest'
import { insertLike } from '#db/queries/likes.ts'
import { markSeen } from '#db/queries/notifications.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { tabTo } from '../support/keyboard.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { noor = '', ada = '', zoe = '', kwame = '' } = peopleIds
const phone = { width: 390, height: 844 }
const desktop = { width: 1280, height: 900 }

const rows = (page: Page) => page.getByTestId('notification')
const badge = (page: Page) => page.getByTestId('unread').filter({ visible: true })
const isNew = (page: Page) => rows(page).filter({ hasText: 'New:' })

describe.skipIf(!hasBrowser)('notifications', () => {
  const stage = useStage({ people: true })
  let own = ''

  beforeAll(async () => {
    const { db } = stage.rollcall
    const [post] = await db.$client<{ id: string }[]>`select id from posts where author_id = ${noor} order by created_at desc limit 1`
    own = post?.id ?? ''
    await db.$client`delete from likes where post_id = ${own}`
    await db.$client`delete from notifications where post_id = ${own}`
    await markSeen(db, noor, new Date().toISOString())
  })

  const mention = (by: string, text: string) => insertPost(stage.rollcall.db, { id: uuidv7(), authorId: by, parentId: null, body: `${text} <@${noor}>`, mentions: [noor] })
  const expectUnread = async (page: Page, count: string | null, title: string) => {
    await expect.poll(() => badge(page).allTextContents()).toEqual(count === null ? [] : [`${count} unread,`])
    await expect.poll(() => page.title()).toBe(`${count === null ? '' : `(${count}) `}${title} · Rollcall`)
  }

  it('show on every page at once, in the navigation and the title, and are seen by opening them', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    await signIn(page, memberEmail)
    await expectUnread(page, null, 'Feed')
    // Another browser of the same person.
    const other = await (await page.context().browser()?.newContext({ serviceWorkers: 'block', baseURL: stage.rollcall.app.url, viewport: phone }))?.newPage()
    if (!other) throw new Error('There is no browser.')
    await signIn(other, memberEmail, '/sign-in?redirect_url=/people')

    await insertLike(db, own, ada)
    for (const each of [page, other]) await expectUnread(each, '1', each === page ? 'Feed' : 'People')
    await insertLike(db, own, zoe)
    await mention(kwame, 'Hello')
    await expectUnread(other, '2', 'People')
    // The server renders them too.
    await page.reload()
    await expectUnread(page, '2', 'Feed')

    // By the keyboard, to the page.
    await tabTo(page, page.getByRole('link', { name: '2 unread, Notifications' }))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/notifications')
    await expect.poll(() => isNew(page).count()).toBe(2)
    expect((await rows(page).first().innerText()).replace(/\s+/g, ' ')).toMatch(/Kwame Mensah mentioned you .* Hello @Noor Haddad/)
    expect((await rows(page).nth(1).innerText()).replace(/\s+/g, ' ')).toMatch(/Zoë Brouwer and Ada Lindqvist liked your post/)
    for (const each of [page, other]) await expectUnread(each, null, each === page ? 'Notifications' : 'People')
    // They are new until one leaves.
    expect(await isNew(page).count()).toBe(2)
    expect(await violationsOf(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize(phone)
    expect(await violationsOf(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width)
    await page.setViewportSize(desktop)

    // A new name, a like taken back, a person who goes: the open page shows it.
    clerk.users.update(kwame, { firstName: 'Renamed' })
    await rows(page).first().getByText('Renamed Mensah').waitFor()
    await rows(page).nth(1).getByText('Ada Lindqvist').waitFor()
    clerk.users.delete(zoe)
    await rows(page).nth(1).getByText('Zoë Brouwer').waitFor({ state: 'detached' })

    // What comes while one looks is seen; what comes on top while one reads further down waits.
    await mention(ada, 'At once')
    await rows(page).first().getByText('At once').waitFor()
    await page.mouse.wheel(0, 600)
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(100)
    await mention(ada, 'Above')
    await page.getByTestId('new-posts').getByText('1 new notification').click()
    await rows(page).first().getByText('Above').waitFor()
    await expectUnread(page, null, 'Notifications')

    await rows(page).first().getByText('Above').click()
    // They have left once another page is there.
    await rows(page).first().waitFor({ state: 'detached' })
    await page.goBack()
    await rows(page).first().getByText('Above').waitFor()
    expect(await isNew(page).count()).toBe(0)
    await other.context().close()
  }, { viewport: desktop }))

  it('say so where there are none, and where they do not come; nothing moves while they load', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await page.goto('/notifications')
    await rows(page).first().waitFor()
    await page.waitForLoadState('networkidle')
    const shift = await page.evaluate(() => new Promise<number>((done) => {
      new PerformanceObserver(list => done(list.getEntries().reduce((sum, entry) => sum + ('value' in entry ? Number(entry.value) : 0), 0))).observe({ type: 'layout-shift', buffered: true })
      setTimeout(() => done(0), 200)
    }))
    expect(shift).toBeLessThan(0.001)

    await page.goto('/people')
    await page.route('**/api/notifications*', route => route.fulfill({ status: 503, json: { statusCode: 503, message: 'Not now.' } }))
    await page.getByRole('link', { name: 'Notifications' }).click()
    await page.getByTestId('notifications-error').getByText('Not now.').waitFor()
    await page.unroute('**/api/notifications*')
    await page.route('**/api/notifications*', route => route.fulfill({ json: { notifications: [], nextCursor: null } }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByTestId('notifications-empty').getByText('Nothing yet.').waitFor()
  }, { viewport: phone, allow: [/status of 503/] }))
})
