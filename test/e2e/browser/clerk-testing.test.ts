import { createClerkClient } from '@clerk/backend'
import { clerk, clerkSetup, setupClerkTestingToken } from '@clerk/testing/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoPassword } from '#local-clerk/index.ts'
import { useLocalClerk } from '#local-clerk/testing.ts'
import { hasBrowser } from '../support/browser.ts'
import { useStage } from '../support/stage.ts'

/** Clerk's testing package takes codes of such addresses only. */
const emailAddress = 'ada+clerk_test@example.com'

describe.skipIf(!hasBrowser)('Clerk\'s testing package', () => {
  const stage = useStage()
  let restore: (() => void) | undefined

  beforeAll(async () => {
    restore = useLocalClerk(stage.rollcall.clerk)
    stage.rollcall.clerk.users.create({ firstName: 'Ada', email: emailAddress, password: demoPassword })
    await clerkSetup({ dotenv: false })
  })
  afterAll(() => restore?.())

  const nameOf = (page: Page) => page.evaluate(() => window.Clerk.user?.firstName)

  it('gets a testing token that the Frontend API knows', async () => {
    const { url } = stage.rollcall.clerk
    const { token: browser } = await (await fetch(`${url}/v1/dev_browser`, { method: 'POST' })).json()
    const query = new URLSearchParams({ __clerk_db_jwt: browser, __clerk_testing_token: process.env.CLERK_TESTING_TOKEN ?? '' })
    expect(await (await fetch(`${url}/v1/client?${query}`)).json()).toMatchObject({ response: { captcha_bypass: true } })
  })

  /** Ends when the app, too, has made the page a member's: what is asked for in between has its answer. */
  const becomesAda = (signIn: (page: Page) => Promise<unknown>, then = async (_page: Page) => {}) => stage.visit(async (page) => {
    await page.goto('/')
    await signIn(page)
    expect(await nameOf(page)).toBe('Ada')
    await page.getByTestId('composer').waitFor()
    await then(page)
    // What is under way when someone signs out is refused.
  }, { allow: [/status of 401/] })

  it('signs in by password and out, and by code', async () => {
    const byPassword = { strategy: 'password', identifier: emailAddress, password: demoPassword } as const
    await becomesAda(async (page) => {
      await setupClerkTestingToken({ page })
      await clerk.signIn({ page, signInParams: byPassword })
    }, async (page) => {
      await clerk.signOut({ page })
      await page.getByTestId('viewer-signed-out').waitFor()
    })
    await becomesAda(page => clerk.signIn({ page, signInParams: { strategy: 'email_code', identifier: emailAddress } }))
  })

  it('signs in by ticket, by a link with one, and by e-mail address', async () => {
    const { url: apiUrl, secretKey, users } = stage.rollcall.clerk
    const userId = users.list()[0]?.id ?? ''
    const newTicket = async () => (await createClerkClient({ secretKey, apiUrl }).signInTokens.createSignInToken({ userId, expiresInSeconds: 60 })).token
    const [ticket, link] = [await newTicket(), await newTicket()]
    await becomesAda(page => clerk.signIn({ page, signInParams: { strategy: 'ticket', ticket } }))
    await becomesAda(page => clerk.signIn({ page, emailAddress }))
    await becomesAda(async (page) => {
      await page.goto(`/sign-in?__clerk_ticket=${link}`)
      await page.waitForURL('/')
    })
  })
})
