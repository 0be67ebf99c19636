import { mkdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand, runMain } from 'citty'
import type { Browser, Page } from 'playwright-core'
import * as v from 'valibot'
import { adminEmail, memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { browserPath, launchBrowser } from './lib/browser.ts'
import { signIn } from './lib/clerk-ui.ts'

const root = resolve(import.meta.dirname, '..')

const widths = [1280, 390] as const
const schemes = ['light', 'dark'] as const

interface Shot {
  name: string
  path: string
  /** The test id of an element that is there when the page is ready. */
  ready: string
}

/** What to show to whom; `:thread` is the post of the feed with the most replies. */
const shots: { as: string, of: Shot[] }[] = [
  {
    as: memberEmail,
    of: [
      { name: 'feed', path: '/', ready: 'post' },
      { name: 'thread', path: '/posts/:thread', ready: 'thread-replies' },
      { name: 'profile', path: `/users/${peopleIds.zoe}`, ready: 'post' },
      { name: 'settings', path: '/settings', ready: 'profile-form' },
    ],
  },
  {
    as: adminEmail,
    of: [
      { name: 'admin', path: '/admin', ready: 'verdict' },
      { name: 'admin-users', path: '/admin/users', ready: 'admin-user' },
      { name: 'admin-events', path: '/admin/events', ready: 'event' },
    ],
  },
]

const Feed = v.object({ posts: v.array(v.object({ id: v.string(), replyCount: v.number() })) })

async function findThread(url: string): Promise<string> {
  const { posts } = v.parse(Feed, await (await fetch(`${url}/api/posts?limit=50`)).json())
  const [most] = posts.toSorted((a, b) => b.replyCount - a.replyCount)
  if (!most) throw new Error(`There is no post at ${url}. Start the demo first: npm run demo.`)
  return most.id
}

async function takeAll(browser: Browser, url: string, folder: string): Promise<void> {
  const thread = await findThread(url)
  for (const colorScheme of schemes) {
    for (const { as, of } of shots) {
      const context = await browser.newContext({ baseURL: url, serviceWorkers: 'block', colorScheme, locale: 'en-GB', reducedMotion: 'reduce', viewport: sizeOf(1280) })
      const page = await context.newPage()
      await signIn(page, as)
      for (const shot of of) {
        for (const width of widths) {
          await page.setViewportSize(sizeOf(width))
          await page.goto(shot.path.replace(':thread', thread))
          await take(page, shot.ready, resolve(folder, `${shot.name}-${colorScheme}-${width}.png`))
        }
      }
      await context.close()
    }
  }
}

const sizeOf = (width: typeof widths[number]) => ({ width, height: width === 390 ? 844 : 860 })

async function take(page: Page, ready: string, path: string): Promise<void> {
  await page.getByTestId(ready).first().waitFor()
  await page.locator('.cl-userButtonTrigger:visible').waitFor()
  await page.waitForLoadState('networkidle')
  await hideHints(page)
  await page.screenshot({ path })
  console.log(`${path}, ${Math.round((await stat(path)).size / 1024)} KB`)
}

/** Moves the pointer and the focus away, so that no hover or focus style is in the picture. */
async function hideHints(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
}

await runMain(defineCommand({
  meta: { name: 'npm run screenshots --', description: 'Takes the pictures of the README from a running demo.' },
  args: {
    url: { type: 'string', default: 'http://localhost:3000', description: 'Where the demo is' },
    to: { type: 'string', default: 'docs/screenshots', description: 'The folder that they go to' },
  },
  async run({ args }) {
    if (!browserPath) {
      process.exitCode = 1
      return
    }
    const folder = resolve(root, args.to)
    await mkdir(folder, { recursive: true })
    const browser = await launchBrowser()
    try {
      await takeAll(browser, args.url, folder)
    }
    finally {
      await browser.close()
    }
  },
}))
