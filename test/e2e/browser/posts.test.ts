import { createClerkClient } from '@clerk/backend'
import type { Locator, Page } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser } from '../support/browser.ts'
import { postsWith, writePost } from '../support/feed.ts'
import { signIn, useSessionsOf } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ada = '', noor = '' } = peopleIds

describe.skipIf(!hasBrowser)('posts and replies of one\'s own', () => {
  const stage = useStage({ people: true })
  const editor = (page: Page) => page.getByTestId('post-editor')
  const box = (page: Page) => editor(page).getByRole('textbox')
  const written = (page: Page, text: string) => postsWith(page, text).and(page.locator('[aria-busy=false]'))
  const replyingTo = (post: Locator) => post.getByTestId('replying-to')
  const body = (post: Locator) => post.getByTestId('post-body').innerText()

  async function edit(page: Page, from: string, to: string) {
    await written(page, from).getByTestId('edit-post').click()
    await box(page).fill(to)
    await page.keyboard.press('Control+Enter')
  }

  /** Clerk's script puts the token back every few seconds while it is good. */
  const expireAtNext = (page: Page, request: string) => page.route(request, async (route) => {
    await page.context().clearCookies({ name: /^__session/ })
    await route.continue()
  }, { times: 1 })

  it('are kept where the session ended while they were typed, and are there after signing in', () => stage.visit(async (page) => {
    const { clerk, db } = stage.rollcall
    await signIn(page, memberEmail)
    // A token that has expired is renewed, whatever is asked for.
    await expireAtNext(page, '**/api/posts')
    await writePost(page, 'Back from sleep.')
    await written(page, 'Back from sleep.').waitFor()
    await expireAtNext(page, '**/api/notifications*')
    await page.getByRole('link', { name: 'Notifications' }).first().click()
    await page.getByTestId('notifications').waitFor({ state: 'attached' })
    await page.locator('[data-testid=notification], [data-testid=notifications-empty]').first().waitFor()
    await page.getByRole('link', { name: 'Feed' }).first().click()

    // Unless Clerk does not answer.
    await page.route('**/tokens?*', () => {})
    await expireAtNext(page, '**/api/posts')
    await writePost(page, 'Is Clerk there?')
    await page.getByTestId('composer-failure').getByText('Clerk didn’t answer').waitFor()
    expect(await page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('Is Clerk there?')
    await page.unroute('**/tokens?*')

    const [me] = await db.$client<{ id: string }[]>`select id from users where email = ${memberEmail}`
    const backend = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
    for (const { id } of (await backend.sessions.getSessionList({ userId: me?.id ?? '', status: 'active' })).data) await backend.sessions.revokeSession(id)
    // Who signs in from here on has a new one.
    useSessionsOf(clerk)
    await expireAtNext(page, '**/api/posts')
    await writePost(page, 'Typed too late.')
    await page.getByTestId('draft-kept').getByText('comes back when you sign in').waitFor()
    expect(await page.getByRole('link', { name: 'Sign in to post' }).getAttribute('href')).toBe('/sign-in?redirect_url=/')
    expect(await violationsOf(page)).toEqual([])
    expect(await postsWith(page, 'Typed too late.').count()).toBe(0)

    // Clerk's script, which has just seen the session end, must not write over the cookies of the next one.
    await page.goto('about:blank')
    await signIn(page, memberEmail)
    expect(await page.getByTestId('composer').getByRole('textbox').inputValue()).toBe('Typed too late.')
    await page.getByTestId('composer-send').click()
    await written(page, 'Typed too late.').waitFor()
  }, { allow: [/status of 401/] }))

  it('are edited for a while, seen live elsewhere, and nothing typed is lost when that is refused', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await writePost(page, 'Se you there.')
    const mine = written(page, 'you there')
    await mine.waitFor()
    const other = await page.context().newPage()
    await other.goto(await mine.getByTestId('replies').getAttribute('href') ?? '')
    await postsWith(other, 'Se you there.').waitFor()

    await mine.getByTestId('edit-post').focus()
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('Se you there.')
    expect(await box(page).evaluate(node => node === document.activeElement)).toBe(true)
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await editor(page).waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.textContent ?? '')).toContain('Se you there.')

    await edit(page, 'Se you', 'See you there, @noor')
    await mine.getByTestId('mention').getByText('Noor Haddad').waitFor()
    await mine.getByTestId('edited').waitFor()
    expect(await mine.getByTestId('edited').getAttribute('title')).toMatch(/^Edited \d.* 20\d\d/)
    await other.getByTestId('mention').getByText('Noor Haddad').waitFor()
    await other.getByTestId('edited').waitFor()

    // Another tab was faster.
    await mine.getByTestId('edit-post').click()
    await box(page).fill('See you later.')
    const [saved] = await Promise.all([other.waitForResponse(response => response.request().method() === 'PATCH'), edit(other, 'See you there', 'See you never.')])
    expect(saved.status()).toBe(200)
    expect(await body(other.getByTestId('post').first())).toBe('See you never.')
    await page.getByTestId('edit-save').click()
    await page.getByTestId('edit-failure').getByText('Save again').waitFor()
    expect(await box(page).inputValue()).toBe('See you later.')
    await page.getByTestId('edit-save').click()
    await editor(page).waitFor({ state: 'detached' })
    await postsWith(other, 'See you later.').waitFor()

    // The time is over while the box is open.
    await written(page, 'See you later.').getByTestId('edit-post').click()
    await box(page).fill('See you too late.')
    await stage.rollcall.db.$client`update posts set created_at = created_at - interval '16 minutes' where body = 'See you later.'`
    await page.getByTestId('edit-save').click()
    await page.getByTestId('edit-failure').getByText('15 minutes').waitFor()
    expect(await box(page).inputValue()).toBe('See you too late.')
    page.once('dialog', dialog => void dialog.accept())
    await page.getByTestId('edit-cancel').click()
    await written(page, 'See you later.').waitFor()
    await page.reload()
    await written(page, 'See you later.').waitFor()
    expect(await written(page, 'See you later.').getByTestId('edit-post').count()).toBe(0)
  }, { allow: [/status of 4(?:03|09)/] }))

  it('are on two tabs of a profile, each reply with what it answers', () => stage.visit(async (page) => {
    const { db, clerk } = stage.rollcall
    const root = uuidv7()
    await insertPost(db, { id: root, authorId: ada, parentId: null, body: 'A question of Ada’s.' })
    await insertPost(db, { id: uuidv7(), authorId: noor, parentId: root, body: 'An answer of Noor’s.' })
    await page.goto(`/users/${noor}`)
    await page.getByTestId('post').first().waitFor()
    const tab = (name: string) => page.getByRole('navigation', { name: 'Profile' }).getByRole('link', { name })
    expect(await tab('Posts').getAttribute('aria-current')).toBe('page')
    expect(await postsWith(page, 'An answer of Noor’s.').count()).toBe(0)
    await tab('Replies').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`/users/${noor}?tab=replies`)
    const reply = postsWith(page, 'An answer of Noor’s.')
    await reply.waitFor()
    expect(await tab('Replies').getAttribute('aria-current')).toBe('page')
    expect(await replyingTo(reply).innerText()).toBe('Replying to Ada Lindqvist')
    expect(await replyingTo(reply).getByRole('link').getAttribute('href')).toBe(`/posts/${root}`)
    expect(await page.getByTestId('replying-to').count()).toBe(await page.getByTestId('post').count())
    expect(await violationsOf(page)).toEqual([])

    clerk.users.update(ada, { firstName: 'Adele' })
    await replyingTo(reply).getByText('Adele Lindqvist').waitFor()
    await insertPost(db, { id: uuidv7(), authorId: noor, parentId: root, body: 'A second answer.' })
    await page.getByTestId('new-posts').click()
    await postsWith(page, 'A second answer.').waitFor()
    await stage.rollcall.request(`/api/posts/${root}`, { as: ada, method: 'DELETE' })
    await expect.poll(() => replyingTo(reply).innerText()).toBe('Replying to a deleted post')

    // Without scripts the address alone says which.
    const html = await (await fetch(`${stage.rollcall.app.url}/users/${noor}?tab=replies`, { headers: { accept: '*/*, text/html' } })).text()
    expect(html).toMatch(/Replying to(?:<[^>]*>|\s)*a deleted post/)
    expect(html).toContain('An answer of Noor’s.')
    await page.goBack()
    await expect.poll(() => tab('Posts').getAttribute('aria-current')).toBe('page')
  }))

  it('are found by their words, and people beside them', () => stage.visit(async (page) => {
    const { db } = stage.rollcall
    const root = uuidv7()
    await insertPost(db, { id: root, authorId: ada, parentId: null, body: 'Crème brûlée, anyone?' })
    await insertPost(db, { id: uuidv7(), authorId: noor, parentId: root, body: 'creme, please' })
    await signIn(page, memberEmail)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }).click()
    await page.getByTestId('search-hint').waitFor()
    await page.getByTestId('posts-search').fill('creme')
    const found = page.getByTestId('found-posts').getByTestId('post')
    await expect.poll(() => found.count()).toBe(2)
    expect(await found.locator('mark').allInnerTexts()).toEqual(['creme', 'Crème'])
    expect(await replyingTo(found.first()).innerText()).toMatch(/^Replying to A/)
    expect(new URL(page.url()).search).toBe('?q=creme')
    expect(await violationsOf(page)).toEqual([])

    await page.getByTestId('posts-search').fill('nothing like this')
    await page.getByTestId('search-empty').waitFor()
    await page.getByTestId('posts-search').fill('noor')
    await page.waitForURL('/search?q=noor')
    await page.getByRole('navigation', { name: 'Search' }).locator('a[href="/people?q=noor"]', { hasText: 'People' }).click()
    await page.waitForURL('/people?q=noor')
    await page.getByTestId('person').filter({ hasText: 'Noor' }).waitFor()
  }))

  it('are found without scripts, by a form', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    const state = await page.context().storageState()
    const context = await page.context().browser()?.newContext({ javaScriptEnabled: false, storageState: state, baseURL: stage.rollcall.app.url })
    const plain = await context?.newPage()
    if (!plain) throw new Error('The browser is gone.')
    await insertPost(stage.rollcall.db, { id: uuidv7(), authorId: ada, parentId: null, body: 'A soufflé.' })
    await plain.goto('/search')
    await plain.getByTestId('posts-search').fill('souffle')
    await plain.keyboard.press('Enter')
    await plain.waitForURL('/search?q=souffle')
    expect(await plain.locator('mark').allInnerTexts()).toEqual(['soufflé'])
    await context?.close()
  }))
})
