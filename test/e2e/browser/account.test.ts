import { describe, expect, it, onTestFinished } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { changePicture, openProfile, rename, signIn as signInByForm, signInByCode, signOut, signUp } from '#scripts/lib/clerk-ui.ts'
import { postsWith, writePost } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

/** One grey pixel. */
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64')

describe.skipIf(!hasBrowser)('an account', () => {
  const stage = useStage({ people: true })

  it('is made in Clerk\'s sign-up, arrives by a signed webhook, and posts under its name', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    clerk.deliveries.pause()
    onTestFinished(() => clerk.deliveries.resume())
    await signUp(page, { firstName: 'Nell', email: 'nell@example.com' })
    await page.getByTestId('viewer-pending').waitFor()

    clerk.deliveries.resume()
    await page.getByTestId('viewer-pending').waitFor({ state: 'detached' })
    const [row] = await db.$client`select first_name, synced_by from users where email = 'nell@example.com'`
    expect(row).toEqual({ first_name: 'Nell', synced_by: 'webhook' })

    await writePost(page, 'Nell is here.')
    await postsWith(page, 'Nell is here.').and(page.locator('[aria-busy=false]')).waitFor()
    await page.reload()
    expect(await postsWith(page, 'Nell is here.').getByTestId('user-name').textContent()).toBe('Nell')
  }))

  it('signs in by password and out again', () => stage.visit(async (page) => {
    await signInByForm(page, memberEmail)
    await page.getByTestId('composer').waitFor()
    await signOut(page)
    await page.goto('/')
    await page.getByTestId('viewer-signed-out').waitFor()
  }))

  it('signs in by a code sent by e-mail', () => stage.visit(async (page) => {
    await signInByCode(page, memberEmail)
    await page.getByTestId('composer').waitFor()
  }))

  it('changes its name in Clerk\'s profile, and its old posts show the new one', () => stage.visit(async (page) => {
    const old = postsWith(page, 'My grandmother kept buttons in a biscuit tin')
    await signIn(page, 'mira', '/sign-in?redirect_url=/users/' + peopleIds.mira)
    expect(await old.getByTestId('user-name').textContent()).toBe('Mira')

    await openProfile(page)
    await rename(page, 'Miranda', 'Stone')
    await stage.rollcall.clerk.deliveries.settled()
    await page.reload()
    expect(await old.getByTestId('user-name').textContent()).toBe('Miranda Stone')
  }))

  it('changes its picture in Clerk\'s profile, opened from the settings', () => stage.visit(async (page) => {
    await signIn(page, 'ben', '/sign-in?redirect_url=/settings')
    await page.getByTestId('open-account').click()
    await changePicture(page, picture)
    await stage.rollcall.clerk.deliveries.settled()

    await page.goto(`/users/${peopleIds.ben}`)
    const face = page.locator('main header').getByTestId('user-face').locator('img')
    await expect.poll(() => face.evaluate(image => image instanceof HTMLImageElement && image.naturalWidth)).toBe(1)
  }))

  it('that is deleted in Clerk is gone from the feed, and its page says so', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    const id = peopleIds.kwame ?? ''
    await page.goto('/')
    await postsWith(page, 'Kwame Mensah').first().waitFor()

    clerk.users.delete(id)
    await clerk.deliveries.settled()
    const [row] = await db.$client`select first_name, email, image_url, deleted_at is not null as deleted from users where id = ${id}`
    expect(row).toEqual({ first_name: null, email: null, image_url: null, deleted: true })

    await page.reload()
    await page.getByTestId('post').first().waitFor()
    expect(await postsWith(page, 'Kwame Mensah').count()).toBe(0)
    await page.goto(`/users/${id}`)
    await page.getByText('This account was deleted').waitFor()
  }))
})
