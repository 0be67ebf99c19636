import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { inject } from 'vitest'
import { browserPath } from '#scripts/lib/browser.ts'

/** Whether the browser tests run. Without a browser they are reported as not run; in CI that is a failure. */
export const hasBrowser = Boolean(browserPath)
if (!browserPath) {
  const advice = 'No Chrome or Chromium was found, so the browser tests are not run. Install Chromium, or name one in CHROMIUM_PATH.'
  if (process.env.CI) throw new Error(advice)
  console.warn(advice)
}

/** The one browser of the run. To close it here closes the pages that were opened here, and no others. */
export const connectBrowser = (): Promise<Browser> => chromium.connect(inject('browserUrl'))

export interface WatchedPage {
  page: Page
  /** Everything that must not happen: console errors and warnings, hydration mismatches, requests off this machine. */
  faults: string[]
  close(): Promise<void>
}

/**
 * A page of a new person, that notes what must not happen.
 * @param options.allow messages that the test itself provokes
 */
export async function openPage(browser: Browser, options: BrowserContextOptions & { allow?: RegExp[] } = {}): Promise<WatchedPage> {
  const { allow = [], ...contextOptions } = options
  // No test pays for what the service worker fetches; those about it allow it.
  const context = await browser.newContext({ serviceWorkers: 'block', locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 900 }, ...contextOptions })
  const page = await context.newPage()
  const faults: string[] = []
  const note = (fault: string) => {
    if (!allow.some(pattern => pattern.test(fault))) faults.push(fault)
  }
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Service Worker registration blocked')) note(`console ${message.type()} at ${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', error => note(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (/^https?:|^wss?:/.test(protocol) && !['localhost', '127.0.0.1'].includes(hostname)) note(`request to ${hostname}`)
  })
  return { page, faults, close: () => context.close() }
}
