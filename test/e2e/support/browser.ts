import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { browserPath, launchBrowser } from '#scripts/lib/browser.ts'
import { freePort, isFree } from '#scripts/lib/ports.ts'

/** Whether the browser tests run. Without a browser they are reported as not run; in CI that is a failure. */
export const hasBrowser = Boolean(browserPath)
if (!browserPath) {
  const advice = 'No Chrome or Chromium was found, so the browser tests are not run. Install Chromium, or name one in CHROMIUM_PATH.'
  if (process.env.CI) throw new Error(advice)
  console.warn(advice)
}

let launched: Promise<Browser> | undefined

/**
 * The browser of this process and of all its files. A page lives for seconds: what V8 would compile to make it quick
 * later, and collect beside it, is a tenth of Chromium's CPU.
 */
const browser = (): Promise<Browser> => launched ??= launchBrowser(['--single-threaded', '--no-opt', '--no-maglev', '--no-memory-reducer', '--no-incremental-marking'])

let ports: Promise<{ app: number, clerk: number }> | undefined

/** Where each file of this process has its app and its Clerk, one after the other: what the browser compiled is kept by its address. */
export async function portsOfPages(): Promise<{ app: number, clerk: number }> {
  const { app, clerk } = await (ports ??= newPorts())
  if (!await isFree(app) || !await isFree(clerk)) ports = newPorts()
  return ports
}

const newPorts = async () => ({ app: await freePort(), clerk: await freePort() })

/** Waits until the page, just loaded, answers to clicks and keys. */
export const hydrated = (page: Page): Promise<void> => expect.poll(() => page.evaluate<boolean>('window.useNuxtApp?.().isHydrating')).toBe(false)

export interface WatchedPage {
  page: Page
  /** Everything that must not happen: console errors and warnings, hydration mismatches, requests off this machine. */
  faults: string[]
  close(): Promise<void>
}

export interface PageOptions extends BrowserContextOptions {
  /** Messages that the test itself provokes. */
  allow?: RegExp[]
  /** Nothing is cached: for tests of what is loaded, and for those that change more than `clear` takes back. */
  newBrowser?: boolean
}

// No test pays for what the service worker fetches; those about it allow it.
const usual = { serviceWorkers: 'block', locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 900 } } as const satisfies BrowserContextOptions

/** Pages whose person has left, by what they were opened with. What they load was compiled before, and takes half of the CPU. */
const left = new Map<string, Page[]>()

/** A page of a new person, who is signed in nowhere and has nothing stored, that notes what must not happen. */
export async function openPage({ newBrowser = false, allow = [], viewport, colorScheme = null, reducedMotion = null, ...options }: PageOptions = {}): Promise<WatchedPage> {
  const kind = JSON.stringify(options)
  const page = (newBrowser ? undefined : left.get(kind)?.pop()) ?? await (await (await browser()).newContext({ ...usual, ...options })).newPage()
  // The window is the page's own, so that what was compiled serves windows of all sizes.
  await page.setViewportSize(viewport ?? usual.viewport)
  await page.emulateMedia({ colorScheme, reducedMotion })

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
  return {
    page,
    faults,
    async close() {
      if (newBrowser) return page.context().close()
      try {
        await clear(page, options.baseURL)
        left.set(kind, [...left.get(kind) ?? [], page])
      }
      catch {
        // A test may have closed it.
        await page.context().close()
      }
    },
  }
}

/** Takes back what the last person did: what is stored, who listens, what is routed. */
async function clear(page: Page, baseURL = ''): Promise<void> {
  for (const event of ['console', 'dialog', 'load', 'pageerror', 'request', 'requestfailed', 'requestfinished', 'response']) page.removeAllListeners(event)
  const context = page.context()
  await Promise.all(context.pages().filter(other => other !== page).map(other => other.close()))
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await context.setOffline(false)
  await context.clearPermissions()
  // A small document of the same site: what was compiled is kept with the site's process.
  await page.goto(`${baseURL}/robots.txt`)
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
  await context.clearCookies()
}
