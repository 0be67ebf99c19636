import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser, hydrated } from '../support/browser.ts'
import { insertPosts, postsWith, writePost } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const written = (page: Page, text: string) => postsWith(page, text).and(page.locator('[aria-busy=false]'))
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '')
const bodies = (page: Page) => page.getByTestId('post').getByTestId('post-body').allTextContents()

async function remove(page: Page, text: string) {
  await postsWith(page, text).hover()
  await postsWith(page, text).getByTestId('delete-post').click()
}

describe.skipIf(!hasBrowser)('a post', () => {
  const stage = useStage({ people: true })

  it('is deleted at once, and comes back in its place', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    for (const text of ['First of mine.', 'Second of mine.', 'Third of mine.']) {
      await writePost(page, text)
      await written(page, text).waitFor()
    }
    const before = await bodies(page)
    await remove(page, 'Second of mine.')
    await postsWith(page, 'Second of mine.').waitFor({ state: 'detached' })
    expect(await focusedText(page)).toContain('First of mine.')
    const [restored] = await Promise.all([
      page.waitForResponse(response => response.url().endsWith('/restore')),
      page.getByTestId('undo-delete').click(),
      postsWith(page, 'Second of mine.').waitFor(),
    ])
    expect(restored.status()).toBe(200)
    expect(await bodies(page)).toEqual(before)
    expect(await focusedText(page)).toContain('Second of mine.')
    await page.getByTestId('undo-delete').waitFor({ state: 'detached' })

    // By keyboard: F8 goes to the messages.
    await postsWith(page, 'Third of mine.').getByTestId('delete-post').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('undo-delete').waitFor()
    await page.keyboard.press('F8')
    for (let presses = 0; presses < 4 && !(await focusedText(page)).startsWith('Undo'); presses++) await page.keyboard.press('Tab')
    expect(await focusedText(page)).toContain('Undo')
    await page.keyboard.press('Enter')
    await postsWith(page, 'Third of mine.').waitFor()
    await page.reload()
    expect((await bodies(page)).slice(0, 5)).toEqual(before.slice(0, 5))
  }))

  it('that the server keeps comes back, with the reason', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await writePost(page, 'Not so fast.')
    await written(page, 'Not so fast.').waitFor()
    await page.route(/\/api\/posts\/[^/]+$/, route => route.request().method() === 'DELETE' ? route.abort() : route.continue())
    await remove(page, 'Not so fast.')
    await page.getByText('Couldn’t delete the post', { exact: true }).waitFor()
    await postsWith(page, 'Not so fast.').waitFor()
    await page.getByTestId('undo-delete').waitFor({ state: 'detached' })
  }, { allow: [/net::ERR_FAILED/] }))

  it('on its own page stays there as deleted until it is undone; a reply keeps its place', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await writePost(page, 'A question of mine.')
    await written(page, 'A question of mine.').getByTestId('replies').click()
    await page.getByRole('heading', { name: 'Post', level: 1 }).waitFor()
    for (const text of ['One answer.', 'Another answer.']) {
      await writePost(page, text)
      await written(page, text).waitFor()
    }
    await remove(page, 'One answer.')
    await postsWith(page, 'One answer.').waitFor({ state: 'detached' })
    await expect.poll(() => postsWith(page, 'A question of mine.').getByTestId('replies').textContent()).toBe('1')
    await page.getByTestId('undo-delete').click()
    await expect.poll(() => bodies(page)).toEqual(['A question of mine.', 'One answer.', 'Another answer.'])
    await expect.poll(() => postsWith(page, 'A question of mine.').getByTestId('replies').textContent()).toBe('2')

    await remove(page, 'A question of mine.')
    await page.getByText('This post was deleted.').waitFor()
    await page.getByTestId('undo-delete').click()
    await postsWith(page, 'A question of mine.').waitFor()
    await page.getByTestId('composer').waitFor()
  }))

  it('is sent once, though its answer was lost on the way', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await page.route('**/api/posts', async (route) => {
      if (route.request().method() === 'POST') await route.fetch()
      await route.abort()
    }, { times: 1 })
    await writePost(page, 'Only once, please.')
    await page.getByTestId('composer-failure').waitFor()
    const [answer] = await Promise.all([
      page.waitForResponse(response => response.url().endsWith('/api/posts') && response.request().method() === 'POST'),
      page.getByTestId('composer-send').click(),
    ])
    expect(answer.status()).toBe(200)
    await page.reload()
    expect(await postsWith(page, 'Only once, please.').count()).toBe(1)
  }, { allow: [/net::ERR_FAILED/] }))

  it('is liked once by a double click', () => stage.visit(async (page) => {
    await insertPosts(stage.rollcall.db, peopleIds.ada ?? '', 1)
    await signIn(page, memberEmail)
    const like = postsWith(page, 'Post 0').first().getByTestId('like')
    await like.dblclick()
    await page.waitForTimeout(500)
    expect(await like.getAttribute('aria-pressed')).toBe('true')
  }))

  it('has a link that can be copied, and says so', () => stage.visit(async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/')
    await hydrated(page)
    const post = page.getByTestId('post').first()
    await post.hover()
    await post.getByTestId('post-menu').click()
    await page.getByRole('menuitem', { name: 'Copy link' }).click()
    await page.getByText('Link copied', { exact: true }).waitFor()
    const url = new URL(`/posts/${await post.getAttribute('data-post-id')}`, page.url()).href
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url)
  }))

  it('shows its link where the browser does not let us copy', () => stage.visit(async (page) => {
    await page.goto('/')
    await hydrated(page)
    await page.evaluate('delete Navigator.prototype.clipboard')
    const post = page.getByTestId('post').first()
    await post.hover()
    await post.getByTestId('post-menu').click()
    await page.getByRole('menuitem', { name: 'Copy link' }).click()
    await page.getByText(new URL(`/posts/${await post.getAttribute('data-post-id')}`, page.url()).href).first().waitFor()
  }))
})
