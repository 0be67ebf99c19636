import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { postsWith, writePost } from '../support/feed.ts'
import { useStage } from '../support/stage.ts'

describe.skipIf(!hasBrowser)('without a network', () => {
  const stage = useStage({ people: true })

  it.each([['a wide screen', 1280], ['a phone', 390]])('%s says so, moves nothing, and takes back what did not work', (_, width) => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    // What shows messages is loaded on the first sign of activity.
    await page.mouse.move(10, 10)
    const post = page.getByTestId('post').nth(1)
    const place = () => post.boundingBox()
    await page.waitForLoadState('networkidle')
    const before = await place()

    await page.context().setOffline(true)
    const notice = page.getByTestId('offline')
    await notice.waitFor()
    expect(await page.getByRole('status').filter({ has: notice }).count()).toBe(1)
    expect(await place()).toEqual(before)
    if (width < 1024) {
      const [box, bar] = [await notice.boundingBox(), await page.getByRole('navigation').last().boundingBox()]
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
    }

    const like = post.getByTestId('like')
    const liked = await like.getAttribute('aria-pressed')
    await like.click()
    await page.getByText('Couldn’t save your like', { exact: true }).waitFor()
    expect(await like.getAttribute('aria-pressed')).toBe(liked)
    await writePost(page, 'From a tunnel.')
    await page.getByTestId('composer-failure').waitFor()
    await postsWith(page, 'From a tunnel.').waitFor({ state: 'detached' })

    await page.context().setOffline(false)
    await notice.waitFor({ state: 'detached' })

    // What was written is not lost with the page.
    await page.goto('/people')
    await page.goto('/')
    await expect.poll(() => page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('From a tunnel.')
  }, { viewport: { width, height: 844 }, allow: [/net::ERR_INTERNET_DISCONNECTED/, /NUXT_E5002/, /net::ERR_FAILED/] }))
})
