import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adminEmail, memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { signIn as signInByForm } from '#scripts/lib/clerk-ui.ts'
import { adminApi, until } from '../support/admin.ts'
import { hasBrowser } from '../support/browser.ts'
import { bringSession, signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const rows = (page: Page) => page.getByTestId('admin-user')
const names = (page: Page) => rows(page).getByTestId('user-name').allTextContents()

describe.skipIf(!hasBrowser)('the admin page', () => {
  const stage = useStage({ people: true })

  beforeAll(async () => {
    const { clerk } = stage.rollcall
    for (let n = 10; n < 50; n++) clerk.users.create({ firstName: 'Person', lastName: String(n), email: `person${n}@example.com` })
    clerk.users.delete(peopleIds.fatou ?? '')
    await clerk.deliveries.settled()
  })

  it('sends a guest to sign in, and back', () => stage.visit(async (page) => {
    await page.goto('/admin')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await signInByForm(page, adminEmail, page.url())
    expect(new URL(page.url()).pathname).toBe('/admin')
    await page.getByTestId('verdict').waitFor()
  }))

  it('tells a member that it is for admins', () => stage.visit(async (page) => {
    await bringSession(page, memberEmail)
    const answer = await page.goto('/admin/users')
    expect(answer?.status()).toBe(403)
    await page.getByTestId('error-page').getByText('This page is for admins.').waitFor()
    expect(await rows(page).count()).toBe(0)
  }, { allow: [/status of 403/] }))

  it('shows an admin every synced user: loaded page by page, found, sorted, the deleted marked', () => stage.visit(async (page) => {
    const [all] = await stage.rollcall.db.$client<{ count: number }[]>`select count(*)::int from users`
    // Counts are kept for some seconds.
    await until(() => adminApi(stage.rollcall, peopleIds.ada ?? '').users(), ({ counts }) => Object.values(counts).reduce((sum, count) => sum + count) === all?.count)
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin/users')
    await page.getByTestId('status-all').getByText(String(all?.count)).waitFor()
    expect(await rows(page).count()).toBe(50)
    await page.getByTestId('load-more').scrollIntoViewIfNeeded()
    await expect.poll(() => rows(page).count()).toBe(all?.count)
    expect(await page.getByTestId('load-more').count()).toBe(0)

    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
    await expect.poll(async () => (await names(page)).at(1)).toBe('Ada Lindqvist')
    await page.getByTestId('user-search').fill('noor.haddad@')
    await expect.poll(() => names(page)).toEqual(['Noor Haddad'])

    await page.getByTestId('user-search').fill('')
    await page.getByTestId('status-gone').click()
    await expect.poll(() => rows(page).getByTestId('status').allTextContents()).toEqual(['Gone'])
    await page.reload()
    expect(await rows(page).getAttribute('data-user-id')).toBe(peopleIds.fatou)
  }))
})
