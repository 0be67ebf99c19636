import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const events = (page: Page) => page.getByTestId('event')
const outcomes = (page: Page) => events(page).getByTestId('outcome').allTextContents()
const users = (page: Page) => page.getByTestId('admin-user')
const headers = (page: Page) => page.getByRole('columnheader').allInnerTexts()
const open = (page: Page, path: string) => signIn(page, adminEmail, `/sign-in?redirect_url=${encodeURIComponent(path)}`)
const choose = async (page: Page, select: string, option: string) => {
  await page.getByTestId(select).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

describe.skipIf(!hasBrowser)('the event log', () => {
  const stage = useStage({ people: true })

  it('shows an event when it comes, as long as it is wanted', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await open(page, '/admin/events')
    await events(page).first().waitFor()
    const before = await events(page).count()
    clerk.users.update(peopleIds.ben ?? '', { firstName: 'Benjamin' })
    await expect.poll(() => events(page).count()).toBe(before + 1)
    expect(await events(page).first().getByTestId('event-user').innerText()).toBe('Benjamin Carter')

    // The same event once more: its row counts it, and there is still one.
    const id = await events(page).first().getAttribute('data-event-id') ?? ''
    await events(page).first().getByTestId('outcome').click()
    clerk.deliveries.replay(id)
    await events(page).first().getByText('Deliveries 2').waitFor({ state: 'attached' })
    expect(await events(page).count()).toBe(before + 1)

    await choose(page, 'filter-type', 'user.deleted')
    await page.getByTestId('list-empty').getByText('No events match these filters.').waitFor()
    clerk.users.update(peopleIds.ben ?? '', { firstName: 'Ben' })
    clerk.users.delete(peopleIds.anh ?? '')
    await expect.poll(() => events(page).count()).toBe(1)
    await clerk.deliveries.settled()
    expect(await events(page).first().innerText()).toMatch(/^user.deleted|\nuser.deleted/)
  }))

  it('lets events wait while one reads further down', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await open(page, '/admin/events')
    await events(page).first().waitFor()
    await page.evaluate(() => window.scrollTo(0, 400))
    const top = await events(page).first().getAttribute('data-event-id')
    clerk.users.update(peopleIds.ben ?? '', { lastName: 'Cartwright' })
    await page.getByTestId('new-events').getByText('1 new event').waitFor()
    expect(await events(page).first().getAttribute('data-event-id')).toBe(top)
    await page.getByTestId('new-events').click()
    await events(page).first().getByText('Ben Cartwright').waitFor()
    await page.getByTestId('new-events').waitFor({ state: 'detached' })
  }))

  it('says why an event was rejected, and what to do', () => stage.visit(async (page) => {
    const { app, clerk } = stage.rollcall
    await open(page, '/admin/events?outcome=rejected')
    await page.getByTestId('list-empty').waitFor()
    const stranger = JSON.stringify(fixture('user.created'))
    expect((await deliver(app.url, clerk.webhookSecret, stranger)).status).toBe(422)
    const why = events(page).getByTestId('event-why')
    await why.getByText('but this database mirrors').waitFor()
    expect(await why.innerText()).toContain('Remove this endpoint from the other app')
    await events(page).getByTestId('event-more').click()
    await page.getByTestId('event-facts').getByText('Last received').waitFor()
  }))

  it('keeps its filters through a reload and on the way back', () => stage.visit(async (page) => {
    await open(page, '/admin/events')
    await events(page).first().waitFor()
    await page.getByTestId('outcome-rejected').click()
    await expect.poll(() => outcomes(page)).toEqual(['rejected'])
    await choose(page, 'filter-time', 'Last hour')
    await page.waitForURL('**/admin/events?outcome=rejected&last=hour')
    await page.reload()
    expect(await outcomes(page)).toEqual(['rejected'])
    await page.goBack()
    await page.waitForURL('**/admin/events?outcome=rejected')
    await page.goBack()
    await expect.poll(() => events(page).count()).toBeGreaterThan(1)

    await choose(page, 'filter-time', 'Custom range')
    await page.getByTestId('filter-until').fill('2020-01-01T00:00')
    await page.getByTestId('list-empty').waitFor()
    expect(new URL(page.url()).searchParams.get('until')).toBe('2020-01-01T00:00:00.000Z')
    await page.goBack()
    await events(page).first().waitFor()
    await page.getByTestId('filter-user').fill(peopleIds.noor ?? '')
    await expect.poll(async () => new Set(await page.getByTestId('event-user').allInnerTexts())).toEqual(new Set(['Noor Haddad']))
    await page.getByTestId('filter-user').fill('ben')
    await expect.poll(async () => new Set(await page.getByTestId('event-user').allInnerTexts())).toEqual(new Set(['Ben Cartwright']))
  }))
})

describe.skipIf(!hasBrowser)('the list of users', () => {
  const stage = useStage({ people: true })

  it('is exported as it is filtered', () => stage.visit(async (page) => {
    await open(page, '/admin/users')
    await page.getByTestId('user-search').fill('noor')
    await expect.poll(() => users(page).count()).toBe(1)
    await page.getByTestId('export-csv').getByText('1 row', { exact: true }).waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-csv').click()])
    expect(download.suggestedFilename()).toMatch(/^users-\d{4}-\d\d-\d\d\.csv$/)
    const lines = (await text(await download.createReadStream())).trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('id,name,username')
    expect(lines[1]).toContain('Noor Haddad')
  }))

  it('shows the columns that were chosen, also after a reload', () => stage.visit(async (page) => {
    await open(page, '/admin/users')
    await users(page).first().waitFor()
    expect(await headers(page)).toEqual(['Name', 'Email', 'Status', 'Joined', 'Synced', 'User ID'])
    await page.getByTestId('columns').click()
    await page.getByRole('menuitemcheckbox', { name: 'Email' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Version' }).click()
    await page.keyboard.press('Escape')
    const chosen = ['Name', 'Status', 'Joined', 'Synced', 'User ID', 'Version']
    await expect.poll(() => headers(page)).toEqual(chosen)
    await page.reload()
    await expect.poll(() => headers(page)).toEqual(chosen)
  }))

  it('clears its filters, and keeps its order', () => stage.visit(async (page) => {
    await open(page, '/admin/users?q=zzzz&status=gone&sort=name&order=asc')
    await page.getByTestId('list-empty').getByText('Clear filters').click()
    await users(page).first().waitFor()
    expect(new URL(page.url()).search).toBe('?sort=name&order=asc')
    expect(await page.getByTestId('user-search').inputValue()).toBe('')
  }))

  it('keeps its filters through a reload, and on the way back from a user', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    clerk.users.setBanned(peopleIds.ben ?? '', true)
    await clerk.deliveries.settled()
    const isBanned = () => db.$client`select 1 from users where id = ${peopleIds.ben ?? ''} and banned`
    await expect.poll(async () => (await isBanned()).length).toBe(1)
    await open(page, '/admin/users')
    await choose(page, 'filter-banned', 'Banned')
    await expect.poll(() => users(page).count()).toBe(1)
    await choose(page, 'filter-synced', 'Synced by scan')
    await page.getByTestId('list-empty').getByText('No users match these filters.').waitFor()
    await page.goBack()
    await expect.poll(() => users(page).count()).toBe(1)
    await page.reload()
    expect(await users(page).count()).toBe(1)
    await users(page).getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: 'Ben Carter' }).waitFor()
    await page.goBack()
    await expect.poll(() => users(page).count()).toBe(1)
  }))
})
