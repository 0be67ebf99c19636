import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ada = '', noor = '' } = peopleIds

describe.skipIf(!hasBrowser)('what one says of oneself', () => {
  const stage = useStage({ people: true })
  const profileOf = async (id: string) => (await stage.rollcall.db.$client`select bio, country, birthday::text from profiles where user_id = ${id}`)[0]

  it('is saved, and stays through a new name and face in Clerk, and through a reconcile', () => stage.visit(async (page) => {
    const { clerk, request } = stage.rollcall
    await signIn(page, memberEmail, '/sign-in?redirect_url=/settings')
    await page.getByLabel('Bio').fill('Garden.\n\nhttps://example.com/shed 👩‍👩‍👧‍👧')
    await page.getByText('265 characters left').waitFor()
    await page.getByTestId('country-select').click()
    await page.getByPlaceholder('Find a country').fill('jord')
    await page.getByRole('option', { name: 'Jordan' }).click()
    await page.getByLabel('Birthday').fill('1990-02-28')
    await page.getByTestId('profile-save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const said = { bio: 'Garden.\n\nhttps://example.com/shed 👩‍👩‍👧‍👧', country: 'JO', birthday: '1990-02-28' }
    expect(await profileOf(noor)).toEqual(said)

    const { imagePath } = clerk.users.get(ada)
    clerk.users.update(noor, { firstName: 'Nour', lastName: 'Haddad-Said', imagePath })
    await clerk.deliveries.settled()
    const started = await request('/api/admin/reconcile', { as: ada, json: {} })
    expect(started.status).toBe(202)
    const { runId } = await started.json() as { runId: string }
    await expect.poll(async () => {
      const run = await (await request(`/api/admin/runs/${runId}`, { as: ada })).json() as { finishedAt: string | null }
      return run.finishedAt
    }, { timeout: 15_000 }).not.toBeNull()
    expect(await profileOf(noor)).toEqual(said)

    await page.goto(`/users/${noor}`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Nour Haddad-Said')
    expect(await page.locator('main header').getByTestId('user-face').locator('img').getAttribute('src')).toContain(imagePath ?? 'a picture')
    expect(await page.getByTestId('bio').innerText()).toBe('Garden.\n\nexample.com/shed 👩‍👩‍👧‍👧')
    expect(await page.getByTestId('bio').getByRole('link').getAttribute('href')).toBe('https://example.com/shed')
    expect(await page.getByTestId('country').textContent()).toBe('Jordan')
    const seenByOthers = await (await request(`/users/${noor}`, { as: ada })).text()
    expect(seenByOthers.includes('Jordan') && !seenByOthers.includes('1990-02-28')).toBe(true)
  }))

  it('is sent once, and stays as typed when it is refused or out of bounds', () => stage.visit(async (page) => {
    let sent = 0
    await signIn(page, 'ben', '/sign-in?redirect_url=/settings')
    await page.route('**/api/me/profile', async (route) => {
      sent++
      await sleep(300)
      await route.abort()
    })
    const bio = page.getByLabel('Bio')
    await bio.fill('Do not lose this.')
    await page.getByTestId('profile-save').dblclick()
    await page.getByTestId('profile-failure').waitFor()
    expect(sent).toBe(1)
    expect(await bio.inputValue()).toBe('Do not lose this.')

    await page.unroute('**/api/me/profile')
    await bio.fill('x'.repeat(301))
    await page.getByText('-1 characters left').waitFor()
    await page.getByTestId('profile-save').click()
    await page.getByText('A bio has 300 characters at most.').waitFor()
    expect(await bio.inputValue()).toHaveLength(301)
  }, { allow: [/net::ERR_FAILED/] }))

  it('is not lost by leaving without a word', () => stage.visit(async (page) => {
    await signIn(page, 'zoe', '/sign-in?redirect_url=/settings')
    const bio = page.getByLabel('Bio')
    const before = await bio.inputValue()
    const feed = page.getByRole('link', { name: 'Feed', exact: true })
    const asked: string[] = []
    let answer = false
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void (answer ? dialog.accept() : dialog.dismiss())
    })

    await bio.fill('Half a sen')
    await feed.click()
    await expect.poll(() => asked).toEqual(['confirm'])
    expect(new URL(page.url()).pathname).toBe('/settings')
    expect(await bio.inputValue()).toBe('Half a sen')
    await page.evaluate(() => location.reload())
    await expect.poll(() => asked).toEqual(['confirm', 'beforeunload'])
    expect(await bio.inputValue()).toBe('Half a sen')

    answer = true
    await feed.click()
    await page.waitForURL('/')
    await page.getByRole('link', { name: 'Settings' }).click()
    await expect.poll(() => bio.inputValue()).toBe(before)
    await page.getByRole('link', { name: 'Search' }).hover()
    await feed.click()
    await page.waitForURL('/')
    expect(asked).toEqual(['confirm', 'beforeunload', 'confirm'])
  }))
})
