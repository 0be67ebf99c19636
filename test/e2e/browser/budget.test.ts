import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { hasBrowser } from '../support/browser.ts'
import { bringSession } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

/** Bytes on the wire, for all scripts of ours that the first feed page loads, whatever loads them. */
const BUDGET = 110_000

describe.skipIf(!hasBrowser)('the scripts of the first page', () => {
  const stage = useStage({ people: true })

  /** Loads the feed with an empty cache. @returns each script with its size on the wire and its encoding */
  async function scriptsOfFeed(page: Page) {
    const { origin } = new URL(stage.rollcall.app.url)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const names = new Map<string, { name: string, encoding: string }>()
    const sizes = new Map<string, number>()
    cdp.on('Network.responseReceived', ({ requestId, response }) => {
      const { origin: from, pathname } = new URL(response.url)
      if (from !== origin || !pathname.endsWith('.js')) return
      const header = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding')
      names.set(requestId, { name: pathname, encoding: header?.[1] ?? 'none' })
    })
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength))
    await page.goto('/')
    await page.getByTestId('post').first().waitFor()
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(500)
    return [...names].map(([id, { name, encoding }]) => ({ name, encoding, bytes: sizes.get(id) ?? Number.NaN }))
  }

  function check(scripts: { name: string, encoding: string, bytes: number }[]) {
    const total = scripts.reduce((sum, { bytes }) => sum + bytes, 0)
    const list = scripts.toSorted((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${bytes} ${name}`).join('\n')
    if (process.env.ROLLCALL_TELL_SIZES) console.warn(`${total} bytes in ${scripts.length} scripts\n${list}`)
    expect(scripts.length).toBeGreaterThan(0)
    // What is tiny does not get smaller.
    expect(scripts.filter(({ encoding, bytes }) => bytes > 2_000 && encoding !== 'br')).toEqual([])
    expect(total, list).toBeLessThan(BUDGET)
  }

  it('weigh less than 110 KB for a guest', () => stage.visit(async page => check(await scriptsOfFeed(page)), { newBrowser: true }))

  it('weigh less than 110 KB for a member', () => stage.visit(async (page) => {
    await bringSession(page, memberEmail)
    check(await scriptsOfFeed(page))
  }, { newBrowser: true }))
})
