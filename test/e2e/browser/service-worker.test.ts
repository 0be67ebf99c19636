import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ada = '' } = peopleIds

const sizes = [{ width: 1280, height: 900 }, { width: 390, height: 844 }]

/** What a browser says of requests without a network. */
const allow = [/net::ERR_INTERNET_DISCONNECTED/, /net::ERR_FAILED/, /NUXT_E5002/, /status of 401/]

describe.skipIf(!hasBrowser)('the service worker', () => {
  const stage = useStage({ people: true })

  /** Until it has all that it keeps, and has taken over the page. */
  const ready = (page: Page) => page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (!navigator.serviceWorker.controller) await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }))
  })

  it('shows one page at the address that was asked for, with nothing of anyone, and that page comes back by itself', () => stage.visit(async (page) => {
    await signIn(page, memberEmail, '/sign-in?redirect_url=/settings')
    await ready(page)
    const kept = await page.evaluate(async () => {
      const requests = await Promise.all((await caches.keys()).map(async name => (await caches.open(name)).keys()))
      return requests.flat().map(({ url }) => new URL(url).pathname)
    })
    expect(kept.filter(path => !path.startsWith('/_nuxt/')).sort()).toEqual(['/favicon.svg', '/offline'])

    await page.context().setOffline(true)
    const offline = page.getByTestId('offline-page')
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.reload()
      await offline.waitFor()
      expect(new URL(page.url()).pathname).toBe('/settings')
      for (const size of sizes) {
        await page.setViewportSize(size)
        expect(await violationsOf(page, { colours: colorScheme === 'light' })).toEqual([])
      }
    }
    expect(await page.content()).not.toMatch(/noor|user_/i)
    await page.getByRole('button', { name: 'Try again' }).click()
    await offline.waitFor()

    await page.context().setOffline(false)
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
  }, { newBrowser: true, serviceWorkers: 'allow', allow }))

  it('has the scripts of a page that was not opened yet; the page says what it lacks, and gets it', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await ready(page)
    const box = page.getByTestId('composer').getByRole('textbox')
    await box.fill('From a tunnel.')

    await page.context().setOffline(true)
    await page.getByTestId('post').first().getByTestId('user-name').click()
    await page.waitForURL('/users/*')
    const notLoaded = page.getByTestId('not-loaded')
    await notLoaded.waitFor()
    expect(await violationsOf(page)).toEqual([])
    await notLoaded.getByRole('button', { name: 'Try again' }).click()
    await notLoaded.waitFor()
    await page.getByRole('link', { name: 'Notifications' }).first().click()
    await page.getByTestId('notifications-error').getByText('Check your connection and try again.').waitFor()
    await page.goBack()
    await notLoaded.waitFor()

    await page.context().setOffline(false)
    await notLoaded.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Feed' }).first().click()
    expect(await box.inputValue()).toBe('From a tunnel.')
  }, { newBrowser: true, serviceWorkers: 'allow', allow }))

  it('does not leave the page of a form of Clerk\'s empty, whose scripts come from Clerk', () => stage.visit(async (page) => {
    await page.goto('/')
    await ready(page)
    await page.context().setOffline(true)
    await page.getByRole('link', { name: 'Sign in' }).first().click()
    await page.getByTestId('not-loaded').waitFor()
    await page.context().setOffline(false)
    await page.locator('.cl-formButtonPrimary').waitFor()
  }, { newBrowser: true, serviceWorkers: 'allow', allow: [...allow, /Clerk/i] }))

  it('asks the network for each page: with the names of now, and of whoever is signed in now', () => stage.visit(async (page) => {
    await signIn(page, memberEmail, `/sign-in?redirect_url=/users/${ada}`)
    await ready(page)
    stage.rollcall.clerk.users.update(ada, { firstName: 'Adelaide' })
    await stage.rollcall.clerk.deliveries.settled()
    const answer = await page.reload()
    expect(answer?.fromServiceWorker()).toBe(true)
    expect(await answer?.text()).toContain('Adelaide')

    // Clerk's script puts the token back: nothing is cleared while a page of the app is open.
    const openWithout = async (name: RegExp) => {
      await page.goto('about:blank')
      await page.context().clearCookies({ name })
      return (await page.goto(`/users/${ada}`))?.text()
    }
    // A session that has to be renewed by Clerk, as without a worker.
    expect(await openWithout(/^__session/)).toMatch(/noor/i)
    expect(await openWithout(/./)).not.toMatch(/noor/i)
    await page.context().setOffline(true)
    await page.reload()
    await page.getByTestId('offline-page').waitFor()
    expect(await page.content()).not.toMatch(/noor|adelaide/i)
  }, { newBrowser: true, serviceWorkers: 'allow', allow }))
})
