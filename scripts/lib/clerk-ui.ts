import { createPageObjects } from '@clerk/testing/playwright/unstable'
import type { Page } from 'playwright-core'
import { demoPassword } from '#local-clerk/index.ts'

/** Clerk's own page objects for its components. */
const clerkUi = (page: Page) => createPageObjects({ page, useTestingToken: false })

/** Types the code of the e-mail. The caller has seen the code being prepared, and waits for what comes after it. */
const typeCode = ({ signIn }: ReturnType<typeof clerkUi>) => signIn.enterTestOtpCode({ awaitRequests: false })

/** Signs up in Clerk's own component, with the code of the e-mail, and waits for the feed. */
export async function signUp(page: Page, person: { firstName: string, email: string }): Promise<void> {
  const ui = clerkUi(page)
  await page.goto('/sign-up')
  await ui.signUp.getFirstNameInput().fill(person.firstName)
  await ui.signUp.setEmailAddress(person.email)
  await ui.signUp.setPassword(demoPassword)
  // What Clerk says of the password moves its button, just when it would be clicked.
  await Promise.all([page.waitForResponse(/prepare_verification/), ui.signUp.getPasswordInput().press('Enter')])
  await typeCode(ui)
  await page.waitForURL('/')
}

/** Signs in by password in Clerk's own component, and waits for the page that comes after. */
export async function signIn(page: Page, identifier: string, from = '/sign-in'): Promise<void> {
  await page.goto(from)
  await clerkUi(page).signIn.signInWithEmailAndInstantPassword({ email: identifier, password: demoPassword, waitForSession: false })
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
}

/** Signs in by a code sent by e-mail. */
export async function signInByCode(page: Page, identifier: string): Promise<void> {
  const ui = clerkUi(page)
  await page.goto('/sign-in')
  await ui.signIn.setIdentifier(identifier)
  await ui.signIn.continue()
  await ui.signIn.getUseAnotherMethodLink().click()
  await Promise.all([page.waitForResponse(/prepare_first_factor/), ui.signIn.getAltMethodsEmailCodeButton().click()])
  await typeCode(ui)
  await page.waitForURL('/')
}

export async function signOut(page: Page): Promise<void> {
  await openMenu(page)
  await clerkUi(page).userButton.triggerSignOut()
  await trigger(page).waitFor({ state: 'detached' })
  // Clerk goes on by itself, to the page that its settings name.
  await page.waitForLoadState('networkidle')
}

/** Clerk's own profile component, by the menu of its button. */
export async function openProfile(page: Page): Promise<void> {
  const { userButton, userProfile } = clerkUi(page)
  await openMenu(page)
  await userButton.triggerManageAccount()
  await userProfile.waitForUserProfileModal('open')
}

/** In the open profile component: changes the name and waits until Clerk has taken it. */
export async function rename(page: Page, firstName: string, lastName: string): Promise<void> {
  const { userProfile } = clerkUi(page)
  await userProfile.clickToUpdateProfile()
  await userProfile.waitForSectionCardOpened('profile')
  await userProfile.typeFirstName(firstName)
  await userProfile.typeLastName(lastName)
  await page.getByText(/^save$/i).click()
  await userProfile.waitForSectionCardClosed('profile')
}

/** In the open profile component: uploads a picture and waits until Clerk has taken it. */
export async function changePicture(page: Page, picture: Buffer): Promise<void> {
  await clerkUi(page).userProfile.clickToUpdateProfile()
  await Promise.all([
    page.waitForResponse(/\/v1\/me\/profile_image/),
    page.locator('input[type=file]').setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: picture }),
  ])
}

/** The layout has Clerk's button twice, and shows one: Clerk's own `toggleTrigger` expects one. */
const trigger = (page: Page) => page.locator('.cl-userButtonTrigger:visible')

async function openMenu(page: Page): Promise<void> {
  await trigger(page).click()
  await clerkUi(page).userButton.waitForPopover()
}
