import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { deliver } from '#scripts/lib/delivery.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const noor = peopleIds.noor ?? ''
const diff = (page: Page, status: string) => page.locator(`[data-testid=user-diff][data-status=${status}]`)
const differing = (page: Page) => page.getByTestId('diff-table').locator('tbody tr')
const field = (page: Page, name: string) => page.getByTestId('user-fields').locator(`[data-field=${name}] dd`)
const open = (page: Page, path: string) => signIn(page, adminEmail, `/sign-in?redirect_url=${encodeURIComponent(path)}`)

describe.skipIf(!hasBrowser)('the page of one user', () => {
  const stage = useStage({ people: true })

  beforeAll(async () => {
    const { clerk } = stage.rollcall
    clerk.users.delete(peopleIds.fatou ?? '')
    await clerk.deliveries.settled()
  })

  // One test's failure is not the next one's.
  afterEach(() => {
    stage.rollcall.clerk.deliveries.resume()
    stage.rollcall.clerk.faults.clear()
  })

  it('shows what differs while deliveries are held back, and a re-sync mends it', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    clerk.deliveries.pause()
    clerk.users.update(noor, { firstName: 'Nour', username: 'nour' })
    await open(page, '/admin/users')
    await page.getByTestId('user-search').fill('noor haddad')
    // The whole list has that link, too, and is about to go.
    await expect.poll(() => page.getByTestId('admin-user').count()).toBe(1)
    await page.getByRole('link', { name: 'Noor Haddad' }).click()

    await diff(page, 'differs').waitFor()
    expect(await differing(page).allInnerTexts()).toEqual([
      expect.stringMatching(/^Username\s+nour\s+\w+$/),
      expect.stringMatching(/^First name\s+Nour\s+Noor$/),
      expect.stringMatching(/^Changed in Clerk\s+20\S+ \S+\s+20\S+ \S+$/),
    ])
    expect(await field(page, 'firstName').innerText()).toBe('Noor')
    expect(await page.getByTestId('provenance').innerText()).toMatch(/^From a webhook, .*version 20/)

    await page.getByTestId('resync').click()
    await page.getByTestId('resynced').getByText('Updated from Clerk.').waitFor()
    await diff(page, 'same').waitFor()
    expect(await field(page, 'firstName').innerText()).toBe('Nour')
    expect(await page.getByTestId('provenance').innerText()).toMatch(/^Read from Clerk on request, now/)
    await page.getByRole('heading', { level: 1, name: 'Nour Haddad' }).waitFor()

    await page.getByTestId('resync').click()
    await page.getByTestId('resynced').getByText('Already up to date').waitFor()

    // The event of it was late, and its row comes in by itself.
    clerk.deliveries.resume()
    await page.getByTestId('event').filter({ hasText: 'user.updated' }).getByTestId('outcome').waitFor()
    await clerk.deliveries.settled()
  }))

  it('is one of several that are re-synced from the list, by keyboard', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    clerk.users.update(noor, { lastName: 'Selected' }, { silent: true })
    const lost = clerk.users.create({ firstName: 'Lost', lastName: 'Selected' }).id
    await clerk.deliveries.settled()
    clerk.users.delete(lost, { silent: true })
    await open(page, '/admin/users')
    const box = (id: string) => page.locator(`[data-user-id=${id}]`).getByRole('checkbox')
    await box(noor).focus()
    await page.keyboard.press('Space')
    await box(lost).check()
    await box(peopleIds.ben ?? '').check()
    await page.getByTestId('selection-count').getByText('3 users selected').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByTestId('resync-selected').click()
    await page.getByTestId('resync-result').getByText('1 updated, 1 unchanged, 1 failed.').waitFor()
    await page.getByTestId('resync-failed').getByText('Lost Selected: Clerk has no such user.').waitFor()
    await page.getByRole('link', { name: /^No.r Selected/ }).waitFor()
    // Who failed stays selected.
    await page.getByTestId('selection-count').getByText('1 user selected').waitFor()
    await page.getByTestId('select-all').click()
    const listed = await page.getByTestId('admin-user').count()
    await page.getByTestId('selection-count').getByText(`${listed} users selected`).waitFor()
    await page.getByTestId('selection-clear').click()
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0)
  }, { allow: [/status of 404/] }))

  it('follows a change that only admins can see', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await open(page, `/admin/users/${noor}`)
    await diff(page, 'same').waitFor()
    const [address] = clerk.users.get(noor).emails
    clerk.users.update(noor, { emails: address ? [{ ...address, address: 'nour@example.com' }] : [] })
    await expect.poll(() => field(page, 'email').innerText()).toBe('nour@example.com')
    await diff(page, 'same').waitFor()
  }))

  it('keeps what is here of someone deleted, and says that Clerk agrees', () => stage.visit(async (page) => {
    await open(page, `/admin/users/${peopleIds.fatou}`)
    await diff(page, 'same').waitFor()
    expect(await page.getByTestId('status').innerText()).toBe('Gone')
    expect(await field(page, 'email').innerText()).toBe('empty')
    await page.getByTestId('event').filter({ hasText: 'user.deleted' }).waitFor()
  }))

  it('says of an id that only events speak of that there is no row, and of any other that there is nothing', () => stage.visit(async (page) => {
    const { app, clerk } = stage.rollcall
    const body = JSON.stringify({ object: 'event', type: 'user.updated', data: { object: 'user', id: 'user_unusable' }, timestamp: Date.now(), instance_id: clerk.instanceId })
    expect((await deliver(app.url, clerk.webhookSecret, body)).status).toBe(422)
    await open(page, '/admin/users/user_unusable')
    await page.getByText('Only events mention this ID.').waitFor()
    await page.getByTestId('event-why').getByText('It is signed, but the user inside cannot be stored').waitFor()
    await diff(page, 'unreachable').getByText('Neither Clerk nor this copy').waitFor()

    const answer = await page.goto('/admin/users/user_nobody')
    expect(answer?.status()).toBe(404)
    await page.getByTestId('error-page').getByText('404').waitFor()
  }, { allow: [/status of 404/] }))

  it('says that Clerk does not answer, and asks again', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    clerk.faults.set({ backend: { status: 500 } })
    await open(page, `/admin/users/${noor}`)
    await diff(page, 'unreachable').getByText('Clerk answered 500.').waitFor()
    await page.getByTestId('resync').click()
    await page.getByTestId('resynced').getByText('Clerk is not answering. Try again in a moment.').waitFor()
    clerk.faults.clear()
    await page.getByTestId('ask-again').click()
    await diff(page, 'same').waitFor()
  }, { allow: [/status of 502/] }))
})
