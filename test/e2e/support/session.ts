import type { BrowserContext, Page } from 'playwright-core'
import { signIn as signInByForm } from '#scripts/lib/clerk-ui.ts'

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>

/** Of those who have signed in to this file's app, by the name that they gave. */
const kept = new Map<string, Cookies>()

/**
 * Signs in by Clerk's own component the first time, and by the cookies of that time from then on.
 * For tests that are about something else; those about accounts use the component each time.
 * @param from the sign-in page; its `redirect_url` says where to go on
 */
export async function signIn(page: Page, identifier: string, from = '/sign-in'): Promise<void> {
  const cookies = kept.get(identifier)
  if (cookies) {
    await page.context().addCookies(cookies)
    await page.goto(new URLSearchParams(from.split('?')[1]).get('redirect_url') ?? '/')
    // Clerk's button comes after the page is hydrated: from here on it answers to clicks, as after the form.
    await page.locator('.cl-userButtonTrigger:visible').waitFor()
  }
  else {
    await signInByForm(page, identifier, from)
    kept.set(identifier, await page.context().cookies())
  }
}

/** Another app knows nobody yet. */
export const forgetSessions = () => kept.clear()
