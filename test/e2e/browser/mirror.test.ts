import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const MINUTE = 60_000

const sentence = (page: Page) => page.getByTestId('verdict-sentence').textContent()
const turns = (page: Page, level: 'ok' | 'warn' | 'bad') => page.locator(`[data-testid=verdict][data-level=${level}]`).waitFor({ timeout: MINUTE })
const people = async (page: Page, kind: string) => {
  const links = page.locator(`[data-testid=run-list][data-kind=${kind}] [data-testid=run-person]`)
  return (await links.evaluateAll(all => all.map(link => link.getAttribute('data-user-id') ?? ''))).sort()
}
const person = (name: string) => peopleIds[name] ?? ''

describe.skipIf(!hasBrowser)('the overview', () => {
  const stage = useStage({ people: true })

  beforeAll(async () => {
    await stage.rollcall.clerk.deliveries.settled()
  })

  it('turns red by itself when the signing secret is wrong, says what to do, and turns green when it is mended', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    // Clerk may have been counted while the first events were on their way.
    await expect.poll(() => sentence(page), { timeout: MINUTE }).toMatch(/^Your copy is right/)
    let loads = 0
    page.on('load', () => loads++)

    const right = clerk.webhookSecret
    clerk.deliveries.rotateSecret()
    clerk.users.update(person('noor'), { lastName: 'Broken' })
    await turns(page, 'bad')
    expect(await sentence(page)).toMatch(/^Clerk's deliveries are refused: \d+ since .* The signing secret here is not the endpoint's\.$/)
    expect(await page.getByTestId('verdict-action').textContent()).toContain('Copy the Signing Secret (Clerk dashboard, Webhooks, your endpoint) to NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
    expect(await page.getByTestId('verdict-spoken').textContent()).toContain('The signing secret here is not the endpoint\'s.')
    expect(await page.title()).toMatch(/^! /)

    clerk.deliveries.rotateSecret({ secret: right })
    clerk.users.update(person('noor'), { lastName: 'Mended' })
    await turns(page, 'ok')
    expect(await page.getByTestId('verdict-spoken').textContent()).toMatch(/^Your copy is right/)
    expect(loads).toBe(0)
  }), 3 * MINUTE)

  it('shows drift when deliveries were lost; a dry run lists exactly them, and a reconcile repairs', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await clerk.deliveries.settled()
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    await turns(page, 'ok')

    const missing = ['Ida', 'Jon', 'Kim'].map(firstName => clerk.users.create({ firstName }, { silent: true }).id).sort()
    clerk.faults.set({ drop: 1 })
    clerk.users.update(person('fatou'), { lastName: 'Renamed' })
    clerk.users.delete(person('ben'))
    clerk.faults.clear()
    // Another count of ours has Clerk asked at once, not within the minute.
    clerk.users.create({ firstName: 'Liv' })
    await turns(page, 'warn')
    expect(await sentence(page)).toBe('Your copy is not whole: Clerk has 28 users, and 26 are here.')
    expect(await page.getByTestId('count-clerk').textContent()).toBe('28')

    await page.getByTestId('step-count').click()
    await page.waitForURL('/admin/reconcile')
    await page.getByTestId('run-result').getByText('5 users differ. Nothing was changed.').waitFor()
    expect(await people(page, 'missing')).toEqual(missing)
    expect(await people(page, 'stale')).toEqual([person('fatou')])
    expect(await people(page, 'gone')).toEqual([person('ben')])
    expect(await stage.rollcall.db.$client`select id from users where id in ${stage.rollcall.db.$client(missing)}`).toHaveLength(0)

    await page.getByTestId('reconcile').click()
    await page.getByTestId('run-result').getByText('5 users differed, and were repaired.').waitFor()
    await expect.poll(() => page.getByTestId('run').count()).toBe(2)
    await page.getByTestId('admin-tabs').getByText('Overview').click()
    await turns(page, 'ok')
    expect(await sentence(page)).toMatch(/^Your copy is right: 28 users/)
    const rows = await stage.rollcall.db.$client<{ id: string }[]>`select id from users where deleted_at is null`
    expect(rows.map(({ id }) => id).sort()).toEqual(clerk.users.list().map(({ id }) => id).sort())
  }), 3 * MINUTE)

  it('keeps the old answer and says so when the server does not answer', () => stage.visit(async (page) => {
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    await turns(page, 'ok')
    await page.route('**/api/admin/sync', route => route.fulfill({ status: 503, json: { message: 'The database is out of reach. Try again in a moment.' } }))
    const before = await sentence(page)
    await page.getByText('Check now').click()
    await page.getByTestId('checked').getByText('The database is out of reach.').waitFor()
    expect(await sentence(page)).toBe(before)
    await page.unroute('**/api/admin/sync')
    await page.getByText('Check now').click()
    await page.getByTestId('checked').getByText('Checked at').waitFor()
  }, { allow: [/status of 503/] }))

  it('draws the charts, says what they show, and has them as tables', () => stage.visit(async (page) => {
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    const chart = page.getByTestId('chart-deliveries')
    await chart.locator('svg').waitFor()
    expect(await chart.locator('svg path').count()).toBeGreaterThan(4)
    expect(await chart.getByTestId('chart-summary').textContent()).toMatch(/^\d+ deliveries in the last day\b.*applied/)
    await chart.getByText('Show as a table').click()
    expect(await chart.locator('tbody tr').count()).toBeGreaterThan(0)
    await page.getByTestId('range-week').click()
    await page.waitForURL('/admin?range=week')
    await page.getByText('deliveries in the last week').waitFor()
    await page.reload()
    await page.getByText('deliveries in the last week').waitFor()
  }))

  it('shows a run that was started elsewhere, also after a reload', () => stage.visit(async (page) => {
    const { clerk, request } = stage.rollcall
    const admin = clerk.users.list().find(({ publicMetadata }) => publicMetadata.role === 'admin')?.id ?? ''
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin/reconcile')
    clerk.faults.set({ backend: { latencyMs: 2_000 } })
    expect((await request('/api/admin/reconcile', { as: admin, json: { dryRun: true } })).status).toBe(202)
    await page.reload()
    await page.getByRole('progressbar').waitFor()
    expect(await page.getByTestId('dry-run').isDisabled()).toBe(true)
    clerk.faults.clear()
    await page.getByTestId('run-result').getByText('Nothing differs').waitFor({ timeout: 20_000 })
    await page.getByTestId('run').first().getByRole('link').click()
    await page.getByTestId('run-result').getByText('Nothing differs').waitFor()
  }))

  it.each(['light', 'dark'] as const)('breaks no rule of axe, in %s', colorScheme => stage.visit(async (page) => {
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    for (const path of ['/admin', '/admin/reconcile']) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      expect(await violationsOf(page)).toEqual([])
    }
  }, { colorScheme }))
})
