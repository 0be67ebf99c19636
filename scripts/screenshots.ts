import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand, runMain } from 'citty'
import type { Browser, Page } from 'playwright-core'
import { adminEmail, memberEmail } from '../local-clerk/index.ts'
import { browserPath, launchBrowser } from '../test/e2e/support/browser.ts'
import { signIn } from '../test/e2e/support/clerk-ui.ts'

const folder = resolve(import.meta.dirname, '../docs/screenshots')

const sizes = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const

interface Shot {
  name: string
  as: string
  path: string
  size: keyof typeof sizes
  colorScheme: 'light' | 'dark'
  ready: string
}

const shots: Shot[] = [
  { name: 'feed', as: memberEmail, path: '/', size: 'wide', colorScheme: 'light', ready: 'post' },
  { name: 'feed-dark', as: memberEmail, path: '/', size: 'wide', colorScheme: 'dark', ready: 'post' },
  { name: 'feed-phone', as: memberEmail, path: '/', size: 'phone', colorScheme: 'light', ready: 'post' },
  { name: 'admin', as: adminEmail, path: '/admin/users', size: 'wide', colorScheme: 'light', ready: 'admin-user' },
]

async function take(browser: Browser, url: string, shot: Shot): Promise<void> {
  const context = await browser.newContext({ baseURL: url, viewport: sizes[shot.size], colorScheme: shot.colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  await signIn(page, shot.as)
  await page.goto(shot.path)
  await page.getByTestId(shot.ready).first().waitFor()
  await page.locator('.cl-userButtonTrigger:visible').waitFor()
  await page.waitForLoadState('networkidle')
  await hideHints(page)
  await page.screenshot({ path: resolve(folder, `${shot.name}.png`) })
  await context.close()
  console.log(`docs/screenshots/${shot.name}.png`)
}

/** What only shows while someone's mouse is there, or while Clerk is in development. */
async function hideHints(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
}

await runMain(defineCommand({
  meta: { name: 'npm run screenshots --', description: 'Takes the pictures of the README from a running demo.' },
  args: { url: { type: 'string', default: 'http://localhost:3000', description: 'Where the demo is' } },
  async run({ args }) {
    if (!browserPath) {
      process.exitCode = 1
      return
    }
    await mkdir(folder, { recursive: true })
    const browser = await launchBrowser()
    try {
      for (const shot of shots) await take(browser, args.url, shot)
    }
    finally {
      await browser.close()
    }
  },
}))
