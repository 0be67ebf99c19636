import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

/** The headless shell draws the same pages with half of the CPU, and comes first. */
const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  chromium.executablePath(),
]

/** A browser of this machine; undefined when there is none. */
export const browserPath: string | undefined = places.find(path => path && existsSync(path))

const launchOptions = {
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
}

/**
 * A browser of this process, which ends with it.
 * @param v8Flags how V8 runs scripts in it
 */
export const launchBrowser = (v8Flags: string[] = []): Promise<Browser> =>
  chromium.launch({ ...launchOptions, args: [...launchOptions.args, `--js-flags=${v8Flags.join(' ')}`] })
