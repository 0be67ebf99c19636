import type { Page } from 'playwright-core'
import { demoCode, demoPassword } from '#local-clerk/index.ts'

/** The button that goes on, in each of Clerk's forms. */
const goOn = (page: Page) => page.locator('.cl-formButtonPrimary')

/** Signs up in Clerk's own component, with the code of the e-mail, and waits for the feed. */
export async function signUp(page: Page, person: { firstName: string, email: string }): Promise<void> {
  await page.goto('/sign-up')
  await page.locator('input[name=firstName]').fill(person.firstName)
  await page.locator('input[name=emailAddress]').fill(person.email)
  await page.locator('input[name=password]').fill(demoPassword)
  await goOn(page).click()
  await typeCode(page)
  await page.waitForURL('/')
}

/** Signs in by password in Clerk's own component, and waits for the page that comes after. */
export async function signIn(page: Page, identifier: string, from = '/sign-in'): Promise<void> {
  await page.goto(from)
  await identify(page, identifier)
  await page.locator('input[name=password]:visible').fill(demoPassword)
  await goOn(page).click()
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
}

/** Signs in by a code sent by e-mail. */
export async function signInByCode(page: Page, identifier: string): Promise<void> {
  await page.goto('/sign-in')
  await identify(page, identifier)
  await page.getByText('Use another method').click()
  await page.getByText(/Email code to/).click()
  await typeCode(page)
  await page.waitForURL('/')
}

export async function signOut(page: Page): Promise<void> {
  await openMenu(page)
  await page.locator('.cl-userButtonPopoverActionButton__signOut').click()
  await page.locator('.cl-userButtonTrigger:visible').waitFor({ state: 'detached' })
  // Clerk goes on by itself, to the page that its settings name.
  await page.waitForLoadState('networkidle')
}

/** Clerk's own profile component, by the menu of its button. */
export async function openProfile(page: Page): Promise<void> {
  await openMenu(page)
  await page.locator('.cl-userButtonPopoverActionButton__manageAccount').click()
}

/** In the open profile component: changes the name and waits until Clerk has taken it. */
export async function rename(page: Page, firstName: string, lastName: string): Promise<void> {
  await page.locator('.cl-profileSectionPrimaryButton__profile').click()
  await page.locator('input[name=firstName]').fill(firstName)
  await page.locator('input[name=lastName]').fill(lastName)
  await goOn(page).click()
  await goOn(page).waitFor({ state: 'detached' })
}

/** In the open profile component: uploads a picture and waits until Clerk has taken it. */
export async function changePicture(page: Page, picture: Buffer): Promise<void> {
  await page.locator('.cl-profileSectionPrimaryButton__profile').click()
  const taken = page.waitForResponse(/\/v1\/me\/profile_image/)
  await page.locator('input[type=file]').setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: picture })
  await taken
}

async function identify(page: Page, identifier: string): Promise<void> {
  await page.locator('input[name=identifier]').fill(identifier)
  await goOn(page).click()
}

async function openMenu(page: Page): Promise<void> {
  await page.locator('.cl-userButtonTrigger:visible').click()
}

async function typeCode(page: Page): Promise<void> {
  await page.locator('input[autocomplete=one-time-code]').waitFor({ timeout: 30_000 })
  await page.keyboard.type(demoCode)
}
