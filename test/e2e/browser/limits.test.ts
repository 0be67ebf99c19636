import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { hasBrowser } from '../support/browser.ts'
import { postsWith, writePost } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

/** Of a refusal: the browser says each on its console. */
const allow = [/429/]

describe.skipIf(!hasBrowser)('someone who is too fast', () => {
  // One post and one like a minute.
  const stage = useStage({ people: true, env: { RATE_LIMIT_FACTOR: '0.01' } })

  it('is told when to try again, and keeps what they typed', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await writePost(page, 'The first.')
    await postsWith(page, 'The first.').waitFor()
    await writePost(page, 'The second, at once.')
    expect(await page.getByTestId('composer-failure').textContent()).toMatch(/^You are posting faster than this site allows\. Try again in \d+ seconds?\.$/)
    expect(await page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('The second, at once.')
    expect(await postsWith(page, 'The second, at once.').count()).toBe(0)
  }, { allow }))

  it('sees a like taken back, with the reason', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    const [first, second] = [page.getByTestId('like').nth(1), page.getByTestId('like').nth(2)]
    await first.click()
    await expect.poll(() => first.getAttribute('aria-pressed')).toBe('true')
    const before = await second.getAttribute('aria-pressed')
    await second.click()
    await page.getByText(/^You are liking faster than this site allows\. Try again in \d+ seconds?\.$/).waitFor()
    expect(await second.getAttribute('aria-pressed')).toBe(before)
  }, { allow }))

  it('reads why a search found nothing', () => stage.visit(async (page) => {
    await signIn(page, memberEmail, '/sign-in?redirect_url=/people')
    await page.getByTestId('people-search').fill('ada')
    await expect.poll(() => page.getByTestId('person').count()).toBe(1)
    await page.getByTestId('people-search').fill('noor')
    await page.getByText(/^You are searching faster than this site allows\./).waitFor()
  }, { allow }))
})
