import { fork } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Browser } from 'playwright-core'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { seedPosts } from '#scripts/demo/seed-posts.ts'
import { browserPath, launchBrowser } from '#scripts/lib/browser.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'

/*
 * The feed as a guest's phone loads it, with an empty cache. The baseline is what the same machine needs for the text alone:
 * a bare Node server that sends the same HTML with its styles inline, and neither scripts nor fonts.
 */
const ROUNDS = { full: 7, smoke: 1 }
const SCREEN = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const CPU_SLOWER = 4
/** Fast 3G: 1.6 Mbit/s down and 750 kbit/s up, in bytes a second, and 150 ms for each request. */
const NETWORK = { offline: false, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8, latency: 150 }
const AT_MOST_MS = 60_000

const Address = v.tuple([v.object({ url: v.string() })])
/** In ms since the navigation began. `tap` is null where nothing can be tapped. */
const Times = v.object({ text: v.number(), largest: v.number(), tap: v.nullable(v.number()) })
type Times = v.InferOutput<typeof Times>

/** In the page: notes the paints, and taps the menu of the first post every 20 ms, as an impatient reader, until it says that it opens. */
function watchPage(): void {
  const times: { text?: number, largest?: number, tap?: number } = {}
  Reflect.set(window, 'times', times)
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') times.text = startTime
  }).observe({ type: 'paint', buffered: true })
  new PerformanceObserver((list) => {
    times.largest = list.getEntries().at(-1)?.startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  const timer = setInterval(() => {
    const button = document.querySelector<HTMLElement>('[data-testid=post-menu]')
    if (button?.ariaExpanded !== 'true') return button?.click()
    times.tap = performance.now()
    clearInterval(timer)
  }, 20)
}

/** @param tappable whether the page has scripts: then it is loaded until a tap was answered, else until it was painted */
async function load(browser: Browser, url: string, tappable: boolean): Promise<Times> {
  const context = await browser.newContext({ ...SCREEN, baseURL: url, permissions: ['clipboard-read', 'clipboard-write'] })
  try {
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', NETWORK)
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER })
    await page.addInitScript(watchPage)
    await page.goto('/', { waitUntil: 'load', timeout: AT_MOST_MS })
    await page.waitForFunction(name => Reflect.get(Reflect.get(window, 'times'), name) !== undefined, tappable ? 'tap' : 'largest', { timeout: AT_MOST_MS })
    return v.parse(Times, { tap: null, ...await page.evaluate(() => Reflect.get(window, 'times')) as object })
  }
  finally {
    await context.close()
  }
}

/** The page of the app as text alone. */
async function bareHtml(url: string): Promise<string> {
  const html = await (await fetch(url)).text()
  const sheets = await Promise.all([...html.matchAll(/<link rel="stylesheet" href="([^"]+)"[^>]*>/g)].map(async ([, href = '']) => (await fetch(new URL(href, url))).text()))
  return html.replaceAll(/<script.*?<\/script>|<link[^>]*>/gs, '').replace('</head>', () => `<style>${sheets.join('\n')}</style></head>`).replaceAll(/@font-face\{[^}]*\}/g, '')
}

export const run: Bench = async ({ smoke }) => {
  if (!browserPath) throw new Error('This bench needs Chrome or Chromium. Install one, or name it in CHROMIUM_PATH.')
  const endings: (() => unknown)[] = []
  try {
    const postgres = await startTemporaryPostgres()
    endings.push(() => postgres.stop())
    const { app, clerk, stop } = await startAppWithClerk({ databaseUrl: postgres.url, clerk: { seed: true } })
    endings.push(stop)
    await clerk.deliveries.settled()
    const db = openDatabase(postgres.url, { max: 2 })
    endings.push(() => closeDatabase(db))
    await seedPosts(db)

    const server = fork('bench/lib/same-bytes.ts')
    endings.push(() => server.kill())
    server.send({ headers: { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' }, body: (await promisify(gzip)(await bareHtml(app.url))).toString('base64') })
    const [{ url: bareUrl }] = v.parse(Address, await once(server, 'message'))
    const browser = await launchBrowser()
    endings.push(() => browser.close())

    const ours: Times[] = []
    const bare: Times[] = []
    for (let round = 0; round <= (smoke ? ROUNDS.smoke : ROUNDS.full); round++) {
      // In turn. The first round does not count.
      const both = [await load(browser, app.url, true), await load(browser, bareUrl, false)] as const
      if (round > 0) [ours, bare].forEach((list, side) => list.push(both[side === 0 ? 0 : 1]))
    }
    const size = `${SCREEN.viewport.width} px, CPU ${CPU_SLOWER} times slower, 1.6 Mbit/s, ${NETWORK.latency} ms`
    const text = { name: 'the text alone from a bare server', values: bare.map(times => times.text) }
    return [
      compare({ work: 'text on the screen', size, unit: 'ms' }, ours.map(times => times.text), text),
      compare({ work: 'its largest piece', size, unit: 'ms' }, ours.map(times => times.largest), { ...text, values: bare.map(times => times.largest) }),
      compare({ work: 'ready for a tap', size, unit: 'ms' }, ours.map(times => times.tap ?? Number.NaN), text),
    ]
  }
  finally {
    for (const end of endings.reverse()) await end()
  }
}
