import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { signUp } from '#scripts/lib/clerk-ui.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import type { Level } from '#shared/types/sync.ts'
import { adminApi, until } from '../support/admin.ts'
import { violationsInBothThemes, violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { insertPosts, postsWith, writePost } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const MINUTE = 60_000
/** A change that is older is not left to its webhook, ms. */
const PAST_GRACE_MS = 12_000

const part = (page: Page, name: 'copy' | 'endpoint') => page.getByTestId(`verdict-${name}`)
const sentence = (page: Page, name: 'copy' | 'endpoint') => part(page, name).getByTestId('verdict-sentence').textContent()
const turns = (page: Page, level: Level) => page.locator(`[data-testid=verdict][data-level=${level}]`).waitFor({ timeout: MINUTE })
const isIn = (page: Page, name: 'copy' | 'endpoint', state: string, timeout = MINUTE) => page.locator(`[data-testid=verdict-${name}][data-state=${state}]`).waitFor({ timeout })
const people = async (page: Page, kind: string) => {
  const links = page.locator(`[data-testid=run-list][data-kind=${kind}] [data-testid=run-person]`)
  return (await links.evaluateAll(all => all.map(link => link.getAttribute('data-user-id') ?? ''))).sort()
}
const person = (name: string) => peopleIds[name] ?? ''

describe.skipIf(!hasBrowser)('the overview', () => {
  // One check when it starts; the others are asked for.
  const stage = useStage({ people: true, env: { SYNC_CHECK_SECONDS: '3600' } })
  const overview = (page: Page) => signIn(page, adminEmail, '/sign-in?redirect_url=/admin')

  beforeAll(async () => {
    const { clerk, request } = stage.rollcall
    await clerk.deliveries.settled()
    // The check at the start came before the first events: it counted their users as missing.
    await until(async () => {
      await request('/api/admin/check', { as: person('ada'), method: 'POST' })
      return adminApi(stage.rollcall, person('ada')).health()
    }, ({ verdict }) => verdict.level === 'ok')
  })

  it('is green when the copy was compared, and says until when', () => stage.visit(async (page) => {
    await overview(page)
    await turns(page, 'ok')
    expect(await part(page, 'copy').getAttribute('data-state')).toBe('equal')
    expect(await sentence(page, 'copy')).toMatch(/^Your copy equals Clerk's\. Every change until \d\d:\d\d:\d\d UTC is here \(checked .* ago\)\.$/)
    expect(await sentence(page, 'endpoint')).toMatch(/^Webhooks work\./)
    await page.getByTestId('check-now').click()
    await page.getByTestId('check-result').getByText('Nothing to repair.').waitFor()
    const count = String(stage.rollcall.clerk.users.list().length)
    expect(await page.getByTestId('count-clerk').textContent()).toBe(count)
    expect(await page.getByTestId('count-ours').textContent()).toBe(count)
    await page.getByTestId('chart-deliveries').locator('svg').waitFor()
    expect(await violationsInBothThemes(page)).toEqual([])
  }))

  it('counts refused deliveries in the chart as beside it, and lists them, without turning red', () => stage.visit(async (page) => {
    const { app } = stage.rollcall
    await overview(page)
    const summary = page.getByTestId('chart-summary').first()
    expect(await summary.textContent()).not.toContain('refused')
    const forger = `whsec_${Buffer.from('not the secret of this endpoint').toString('base64')}`
    for (let n = 0; n < 3; n++) expect((await deliver(app.url, forger, JSON.stringify(fixture('user.updated')))).status).toBe(400)
    await page.getByTestId('facts').locator('div', { has: page.getByText('Bad signature, 24 h') }).getByText('3', { exact: true }).waitFor({ timeout: 30_000 })
    await summary.getByText('3 refused').waitFor()
    expect(await part(page, 'copy').getAttribute('data-level')).toBe('ok')
    expect(['ok', 'note']).toContain(await part(page, 'endpoint').getAttribute('data-level'))

    await page.goto('/admin/events')
    const refused = page.getByTestId('refusal')
    await refused.waitFor()
    expect(await refused.getAttribute('data-reason')).toBe('signature')
    expect(await refused.innerText()).toContain('3 deliveries from')
    await page.getByTestId('outcome-applied').click()
    await refused.waitFor({ state: 'detached' })
  }), 2 * MINUTE)

  it('turns red by itself once the check repaired what was refused, says what to do, and turns green when it is mended', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await overview(page)
    let loads = 0
    page.on('load', () => loads++)

    const right = clerk.webhookSecret
    clerk.deliveries.rotateSecret()
    clerk.users.update(person('noor'), { lastName: 'Broken' })
    await page.locator('[data-code=refused-some]').waitFor({ timeout: 30_000 })
    expect(await page.getByTestId('verdict').getAttribute('data-level')).not.toBe('bad')
    await sleep(PAST_GRACE_MS)
    await page.getByTestId('check-now').click()
    await page.getByTestId('check-result').getByText('1 change repaired.').waitFor()
    await turns(page, 'bad')
    expect(await part(page, 'copy').getAttribute('data-level')).toBe('ok')
    expect(await sentence(page, 'endpoint')).toMatch(/^Clerk's deliveries are refused: \d+ since .* The signing secret here is not the endpoint's\.$/)
    expect(await part(page, 'endpoint').getByTestId('verdict-action').textContent()).toContain('Copy the Signing Secret (Clerk dashboard, Webhooks, your endpoint) to NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
    expect(await page.getByTestId('repair').innerText()).toMatch(/^Noor Broken\s+was stale, and was updated$/)
    expect(await page.getByTestId('verdict-spoken').textContent()).toContain('The signing secret here is not the endpoint\'s.')
    // Behind the number of new notifications.
    expect(await page.title()).toMatch(/^(?:\(\d+\) )?! /)

    clerk.deliveries.rotateSecret({ secret: right })
    clerk.users.update(person('noor'), { lastName: 'Mended' })
    await isIn(page, 'endpoint', 'ok')
    await page.getByTestId('repair').waitFor({ state: 'detached' })
    expect(await page.getByTestId('verdict-spoken').textContent()).not.toContain('signing secret')
    expect(loads).toBe(0)

    await page.getByTestId('admin-tabs').getByText('Reconcile').click()
    const run = page.getByTestId('run').filter({ hasText: 'repaired 1' }).first()
    expect(await run.innerText()).toMatch(/^Check\n[\s\S]*the check/)
    await run.getByRole('link').click()
    await page.getByTestId('run-result').getByText('1 change had not arrived by webhook, and was repaired.').waitFor()
    expect(await people(page, 'stale')).toEqual([person('noor')])
  }), 3 * MINUTE)

  it('shows what a dry run found when deliveries were lost, and that a reconcile repaired what the checks had not seen', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await clerk.deliveries.settled()
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin/reconcile')

    const missing = ['Ida', 'Jon', 'Kim'].map(firstName => clerk.users.create({ firstName }, { silent: true }).id).sort()
    clerk.users.update(person('fatou'), { lastName: 'Renamed' }, { silent: true })
    clerk.users.delete(person('ben'), { silent: true })

    await page.getByTestId('dry-run').click()
    await page.getByTestId('run-result').getByText('5 users differ. Nothing was changed.').waitFor()
    expect(await people(page, 'missing')).toEqual(missing)
    await page.locator('[data-kind=missing]').getByText('Jon').waitFor()
    expect(await people(page, 'stale')).toEqual([person('fatou')])
    expect(await people(page, 'gone')).toEqual([person('ben')])
    expect(await stage.rollcall.db.$client`select id from users where id in ${stage.rollcall.db.$client(missing)}`).toHaveLength(0)
    await page.getByTestId('admin-tabs').getByText('Overview').click()
    await isIn(page, 'copy', 'differs')
    expect(await sentence(page, 'copy')).toMatch(/was a dry run and found 5 users that differ/)
    await page.getByTestId('step-drift').click()

    await page.getByTestId('run').first().waitFor()
    const before = await page.getByTestId('run').count()
    // The dry run is fresh: it is asked at once, and Cancel changes nothing.
    await page.getByTestId('reconcile').click()
    await page.getByRole('dialog', { name: '4 users will be repaired, 1 user will be removed' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByTestId('reconcile-cancel').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('reconcile')
    expect(await page.getByTestId('run').count()).toBe(before)

    await page.getByTestId('reconcile').click()
    await page.getByTestId('reconcile-confirm').getByText('Reconcile 5 users').click()
    await page.getByTestId('run-result').getByText('5 users differed, and were repaired.').waitFor()
    await page.getByTestId('run-unseen').getByText('The checks had not seen these').waitFor()
    expect(await violationsInBothThemes(page)).toEqual([])
    await expect.poll(() => page.getByTestId('run').count()).toBe(before + 1)
    // Nothing differs any more: a dry run finds that, and there is nothing to confirm.
    await page.getByTestId('reconcile').click()
    await page.getByTestId('run-result').getByText('Nothing differs').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByTestId('admin-tabs').getByText('Overview').click()
    await isIn(page, 'copy', 'equal')
    await page.getByTestId('check-now').click()
    await page.getByTestId('check-result').waitFor()
    await expect.poll(() => page.getByTestId('count-clerk').textContent()).toBe(String(clerk.users.list().length))
    const rows = await stage.rollcall.db.$client<{ id: string }[]>`select id from users where deleted_at is null`
    expect(rows.map(({ id }) => id).sort()).toEqual(clerk.users.list().map(({ id }) => id).sort())
  }), 3 * MINUTE)

  it('says that Clerk did not answer when the check that was asked for fails', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    onTestFinished(() => clerk.faults.clear())
    await overview(page)
    await isIn(page, 'copy', 'equal')
    clerk.faults.set({ backend: { status: 403 } })
    await page.getByTestId('check-now').click()
    await page.getByTestId('check-result').getByText('The check did not finish. Clerk answered 403.').waitFor()
    await isIn(page, 'copy', 'not-compared')
    expect(await sentence(page, 'copy')).toMatch(/^Not compared since .* Clerk answered 403\.$/)
    clerk.faults.clear()
    await page.getByTestId('check-now').click()
    await isIn(page, 'copy', 'equal')
  }, { allow: [/status of 502/] }))

  it('keeps the old answer and says so when the server does not answer', () => stage.visit(async (page) => {
    await overview(page)
    await page.route('**/api/admin/sync', route => route.fulfill({ status: 503, json: { message: 'The database is out of reach. Try again in a moment.' } }))
    // An answer that was on its way may still change the times in it.
    const words = async () => (await sentence(page, 'copy'))?.replaceAll(/\d+/g, 'n')
    const before = await words()
    await page.getByTestId('check-now').click()
    await page.getByTestId('checked').getByText('The database is out of reach.').waitFor()
    expect(await words()).toBe(before)
    await page.unroute('**/api/admin/sync')
    await page.getByTestId('check-now').click()
    await page.getByTestId('checked').getByText('As of').waitFor()
  }, { allow: [/status of 503/] }))

  it('draws the charts, says what they show, and has them as tables', () => stage.visit(async (page) => {
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    const chart = page.getByTestId('chart-deliveries')
    await chart.locator('svg').waitFor()
    expect(await chart.locator('svg path').count()).toBeGreaterThan(4)
    expect(await chart.getByTestId('chart-summary').textContent()).toMatch(/^\d+ deliveries in the last 24 hours\b.*applied/)
    await chart.getByText('Show as a table').click()
    expect(await chart.locator('tbody tr').count()).toBeGreaterThan(0)
    await page.getByTestId('range-week').click()
    await page.waitForURL('/admin?range=week')
    await page.getByText('deliveries in the last 7 days').waitFor()
    await page.reload()
    await page.getByText('deliveries in the last 7 days').waitFor()
    await page.getByTestId('range-month').click()
    await page.getByText('deliveries in the last 30 days').waitFor()
    await chart.locator('svg').waitFor()
    expect(await page.getByTestId('chart-zone').textContent()).toBe(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone))
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
})

describe.skipIf(!hasBrowser)('with a check every 10 seconds', () => {
  const stage = useStage({ people: true, env: { SYNC_CHECK_SECONDS: '10' } })

  it('shows a name whose deliveries were lost within 20 seconds, and says who was repaired', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    await signIn(page, adminEmail, '/sign-in?redirect_url=/admin')
    await isIn(page, 'copy', 'equal')
    await db.$client`delete from posts where author_id = ${person('noor')} and body like 'Post 0%'`
    await insertPosts(db, person('noor'), 1)
    await page.goto('/')
    let loads = 0
    page.on('load', () => loads++)
    const name = postsWith(page, 'Post 0').getByTestId('user-name')
    expect(await name.textContent()).toBe('Noor Haddad')

    clerk.faults.set({ drop: 1 })
    clerk.users.update(person('noor'), { lastName: 'Hakim' })
    await name.getByText('Noor Hakim').waitFor({ timeout: 22_000 })
    expect(loads).toBe(0)

    await page.goto('/admin')
    await isIn(page, 'endpoint', 'missed')
    expect(await part(page, 'copy').getAttribute('data-level')).not.toBe('warn')
    expect(await part(page, 'endpoint').getAttribute('data-level')).toBe('warn')
    expect(await sentence(page, 'endpoint')).toMatch(/^1 change in the last 24 h never arrived by webhook and was repaired by the check: Noor Hakim\.$/)
    expect(await violationsInBothThemes(page)).toEqual([])
    await page.getByTestId('repair').getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: 'Noor Hakim' }).waitFor()

    await page.goto('/admin/reconcile')
    await page.getByTestId('run').filter({ hasText: 'repaired' }).first().getByRole('link').click()
    await page.getByTestId('run-result').waitFor()
    expect(await violationsInBothThemes(page)).toEqual([])
  }), 2 * MINUTE)
})

describe.skipIf(!hasBrowser)('without a webhook endpoint', () => {
  const stage = useStage({ endpoint: false, env: { SYNC_CHECK_SECONDS: '10' } })

  it('one signs up, posts, and is seen by others; the check brings the changes', async () => {
    const { clerk } = stage.rollcall
    await stage.visit(async (page) => {
      await signUp(page, { firstName: 'Nell', email: 'nell@example.com' })
      await writePost(page, 'Nell is here.')
      await postsWith(page, 'Nell is here.').and(page.locator('[aria-busy=false]')).waitFor()
    })
    const nell = clerk.users.list().find(({ firstName }) => firstName === 'Nell')?.id ?? ''
    await stage.visit(async (page) => {
      await page.goto('/')
      const name = postsWith(page, 'Nell is here.').getByTestId('user-name')
      expect(await name.textContent()).toBe('Nell')
      clerk.users.update(nell, { firstName: 'Nelly', publicMetadata: { role: 'admin' } })
      await name.getByText('Nelly').waitFor({ timeout: 22_000 })
    })
    const { verdict } = await adminApi(stage.rollcall, nell).health()
    expect(verdict.endpoint).toMatchObject({ state: 'none', level: 'note' })
    expect(verdict.copy.level).not.toBe('bad')
  }, 2 * MINUTE)
})
