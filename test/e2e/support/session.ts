import type { Page } from 'playwright-core'
import * as v from 'valibot'
import { demoPassword, type LocalClerk } from '#local-clerk/index.ts'

/** The local Clerk of this file's stage. */
let clerk: Pick<LocalClerk, 'url'> | undefined
/** The browsers, by Clerk's name for them, in which someone is signed in; by the name that they gave. */
const browsers = new Map<string, Promise<string>>()

/** Whom `signIn` asks from now on; it knows nobody yet. */
export function useSessionsOf(of: Pick<LocalClerk, 'url'> | undefined): void {
  clerk = of
  browsers.clear()
}

/**
 * Makes the page one in which this person signed in at Clerk: what it opens next gets a fresh token, by the handshake.
 */
export async function bringSession(page: Page, identifier: string): Promise<void> {
  const browser = browsers.get(identifier) ?? signInAtClerk(identifier)
  browsers.set(identifier, browser)
  await page.context().addCookies(Object.entries({ __clerk_db_jwt: await browser, __client_uat: String(Math.floor(Date.now() / 1000)) })
    .map(([name, value]) => ({ name, value, domain: 'localhost', path: '/' })))
}

/**
 * Signs in as clerk-js does, by Clerk's Frontend API, without drawing the form: for tests that are about something else.
 * Those about accounts use Clerk's component.
 * @param from the sign-in page; its `redirect_url` says where to go on
 */
export async function signIn(page: Page, identifier: string, from = '/sign-in'): Promise<void> {
  await bringSession(page, identifier)
  await page.goto(new URLSearchParams(from.split('?')[1]).get('redirect_url') ?? '/')
  // Clerk's button comes after the page is hydrated: from here on it answers to clicks, as after the form.
  await page.locator('.cl-userButtonTrigger:visible').waitFor()
}

const Browser = v.object({ token: v.string() })
const SignIn = v.object({ response: v.object({ status: v.literal('complete') }) })

/** @returns the value of `__clerk_db_jwt` of a new browser in which this person is signed in */
async function signInAtClerk(identifier: string): Promise<string> {
  if (!clerk) throw new Error('Nobody can sign in before the stage is set.')
  const ask = async (path: string, fields: Record<string, string> = {}): Promise<unknown> =>
    (await fetch(`${clerk?.url}/v1${path}`, { method: 'POST', body: new URLSearchParams(fields) })).json()
  const { token } = v.parse(Browser, await ask('/dev_browser'))
  v.parse(SignIn, await ask(`/client/sign_ins?__clerk_db_jwt=${token}`, { strategy: 'password', identifier, password: demoPassword }))
  return token
}
