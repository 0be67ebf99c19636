import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { root } from '#scripts/lib/rollcall.ts'
import type { PageOptions } from './browser.ts'
import { openPage, portsOfPages } from './browser.ts'
import type { Rollcall } from './rollcall.ts'
import { startRollcall } from './rollcall.ts'
import { seedPostsOnce } from './seeded.ts'
import { useSessionsOf } from './session.ts'

const failures = resolve(root, '.data/test-failures')

export interface Stage {
  readonly rollcall: Rollcall
  /**
   * A new person: opens a page, runs, and fails on a fault noted on the way
   * (a console error, a hydration mismatch, a request off this machine).
   */
  visit(run: (page: Page) => Promise<void>, options?: PageOptions): Promise<void>
}

/**
 * The built app, a local Clerk and a browser for all tests of a file.
 * @param options.people also the demo's 25 people and their posts
 * @param options.endpoint whether Clerk has a webhook endpoint, and the app its signing secret
 * @param options.env more of the app's environment
 */
export function useStage({ people = false, endpoint = true, env }: { people?: boolean, endpoint?: boolean, env?: Record<string, string> } = {}): Stage {
  let rollcall: Rollcall | undefined

  beforeAll(async () => {
    const ports = await portsOfPages()
    rollcall = await startRollcall({
      port: ports.app,
      env: { ...endpoint ? {} : { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' }, ...env },
      clerk: { port: ports.clerk, seed: people, paused: true, ...endpoint ? {} : { webhook: undefined } },
    })
    useSessionsOf(rollcall.clerk)
    rollcall.clerk.deliveries.resume()
    await rollcall.clerk.deliveries.settled()
    if (people) await seedPostsOnce(rollcall.db)
  })
  afterAll(async () => {
    useSessionsOf(undefined)
    await rollcall?.stop()
  })

  const stage: Stage = {
    get rollcall() {
      if (!rollcall) throw new Error('The stage is set in beforeAll; use it in a test.')
      return rollcall
    },
    async visit(run, options) {
      const { page, faults, close } = await openPage({ baseURL: stage.rollcall.app.url, ...options })
      page.setDefaultTimeout(10_000)
      // A page is loaded late on a busy machine; that alone is no failure.
      page.setDefaultNavigationTimeout(30_000)
      try {
        await run(page)
        expect(faults).toEqual([])
      }
      catch (error) {
        await keepPicture(page, faults)
        // What the test left unfinished in it is not the next one's.
        await page.context().close()
        throw error
      }
      finally {
        await close()
      }
    },
  }
  return stage
}

/** What the page looked like when a test failed, in .data/test-failures. */
async function keepPicture(page: Page, faults: string[]) {
  await mkdir(failures, { recursive: true })
  const name = (expect.getState().currentTestName ?? 'test').replace(/\W+/g, '-')
  await page.screenshot({ path: resolve(failures, `${name}.png`) }).catch(() => {})
  if (faults.length > 0) console.error(faults.join('\n'))
}
