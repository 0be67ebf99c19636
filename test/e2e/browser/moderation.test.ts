import type { Page } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import { adminEmail, memberEmail } from '#local-clerk/index.ts'
import { violationsOf } from '../support/axe.ts'
import { hasBrowser, hydrated } from '../support/browser.ts'
import { postsWith } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? '')

describe.skipIf(!hasBrowser)('someone', () => {
  const stage = useStage({ people: true, env: { RATE_LIMIT_FACTOR: '0' } })
  const newPerson = async (firstName: string) => {
    const { id } = stage.rollcall.clerk.users.create({ firstName })
    await stage.rollcall.clerk.deliveries.settled()
    return id
  }
  const write = async (authorId: string, body: string) => {
    const id = uuidv7()
    expect(await insertPost(stage.rollcall.db, { id, authorId, parentId: null, body })).toBe(true)
    return id
  }

  it('is muted by keyboard, here and in other tabs, and is back when that is undone', () => stage.visit(async (page) => {
    const loud = await newPerson('Loud')
    await write(loud, 'A first shout.')
    await signIn(page, memberEmail)
    const other = await page.context().newPage()
    await other.goto('/')
    await postsWith(other, 'A first shout.').waitFor()
    const newcomer = other.getByTestId('newcomer').filter({ hasText: 'Loud' })
    await newcomer.waitFor()

    const menu = postsWith(page, 'A first shout.').getByTestId('post-menu')
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    expect(await menu.getAttribute('aria-expanded')).toBe('true')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('More')

    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Mute Loud' }).waitFor()
    while (!(await page.getByRole('menuitem', { name: 'Mute Loud' }).evaluate(item => item === document.activeElement))) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('You muted Loud', { exact: true }).waitFor()
    await postsWith(page, 'A first shout.').waitFor({ state: 'detached' })
    await postsWith(other, 'A first shout.').waitFor({ state: 'detached' })
    await newcomer.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('content')

    // Neither waits above the feed. What someone else writes does.
    await write(loud, 'A second shout.')
    await write(await newPerson('Calm'), 'A whisper.')
    for (const tab of [page, other]) expect(await tab.getByTestId('new-posts').textContent()).toContain('1 new post')

    await page.getByTestId('undo-restriction').click()
    for (const text of ['A first shout.', 'A second shout.', 'A whisper.']) await postsWith(page, text).waitFor()
    await newcomer.waitFor()
  }))

  it('is muted and blocked from their profile, and listed in the settings', () => stage.visit(async (page) => {
    const rude = await newPerson('Rude')
    await write(rude, 'Boo.')
    await signIn(page, memberEmail, `/sign-in?redirect_url=${encodeURIComponent(`/users/${rude}`)}`)
    const choose = async (name: string) => {
      await page.getByTestId('profile-menu').click()
      await page.getByRole('menuitem', { name, exact: true }).click()
    }
    await choose('Mute Rude')
    await page.getByTestId('restriction').getByText('You muted').waitFor()
    await page.reload()
    await hydrated(page)
    await postsWith(page, 'Boo.').waitFor()
    expect(await violationsOf(page)).toEqual([])

    await choose('Block Rude')
    await page.getByTestId('restriction').getByText('You blocked').waitFor()
    await postsWith(page, 'Boo.').waitFor({ state: 'detached' })

    await page.goto('/settings/blocked')
    await page.getByTestId('restrictions').getByText('Rude').waitFor()
    expect(await violationsOf(page)).toEqual([])
    stage.rollcall.clerk.users.update(rude, { firstName: 'Polite' })
    await page.getByRole('button', { name: 'Unblock Polite' }).click()
    await page.getByTestId('restrictions').getByText('Polite').waitFor({ state: 'detached' })
    await page.goto(`/users/${rude}`)
    await postsWith(page, 'Boo.').waitFor()
  }))

  it('who blocked the viewer is not accused, and cannot be answered', () => stage.visit(async (page) => {
    const shy = await newPerson('Shy')
    const post = await write(shy, 'Leave me alone.')
    // Once its stream is open the page asks for its posts again, and would not get this one.
    await Promise.all([page.waitForResponse(response => response.url().endsWith('/api/live')), signIn(page, memberEmail)])
    await page.waitForLoadState('networkidle')
    await postsWith(page, 'Leave me alone.').waitFor()
    const [me] = await stage.rollcall.db.$client<{ id: string }[]>`select id from users where email = ${memberEmail}`
    await stage.rollcall.db.$client`insert into restrictions (user_id, other_id, kind) values (${shy}, ${me?.id ?? ''}, 'block')`
    await postsWith(page, 'Leave me alone.').getByTestId('like').click()
    await page.getByText('You cannot like this post.').first().waitFor()
    await page.goto(`/users/${shy}`)
    await page.getByText('You can’t see the posts of Shy.').waitFor()
    expect((await page.goto(`/posts/${post}`))?.status()).toBe(404)
  }, { allow: [/403 \(Forbidden\)/, /404 \(/] }))
})

describe.skipIf(!hasBrowser)('a post', () => {
  const stage = useStage({ people: true, env: { RATE_LIMIT_FACTOR: '0' } })

  it('is reported by keyboard, hidden by an admin, seen by its author alone, and restored', () => stage.visit(async (page) => {
    const [author] = await stage.rollcall.db.$client<{ id: string }[]>`select id from users where email <> ${memberEmail} and email <> ${adminEmail} and not banned and deleted_at is null and clerk_updated_at is not null limit 1`
    const id = uuidv7()
    await insertPost(stage.rollcall.db, { id, authorId: author?.id ?? '', parentId: null, body: 'Buy my watches.' })
    await signIn(page, memberEmail)
    await postsWith(page, 'Buy my watches.').getByTestId('post-menu').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Report post' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Report post', { exact: true }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Send report' }).click()
    await dialog.getByText('Choose a reason first.').waitFor()
    await dialog.getByRole('radio', { name: 'Spam' }).focus()
    await page.keyboard.press('Space')
    await dialog.getByLabel('Details').fill('Third time today.')
    await dialog.getByRole('button', { name: 'Send report' }).click()
    await dialog.getByTestId('report-sent').waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })

    await stage.visit(async (admin) => {
      await signIn(admin, adminEmail, '/sign-in?redirect_url=/admin/reports')
      const reported = admin.getByTestId('case').filter({ hasText: 'Buy my watches.' })
      await reported.getByText('Third time today.').waitFor()
      expect(await violationsOf(admin)).toEqual([])
      await reported.getByLabel('Note for the record').fill('Spam, and not the first.')
      await reported.getByRole('button', { name: 'Hide post' }).click()
      await reported.getByTestId('decisions').getByText('hid the post').waitFor()
      // It goes from the open page of whoever reads.
      await postsWith(page, 'Buy my watches.').waitFor({ state: 'detached' })

      await admin.getByTestId('state-decided').click()
      // The list of before says and offers the same until the other has come.
      await admin.waitForURL('**/admin/reports?state=decided')
      await admin.getByTestId('list-done').waitFor()
      await reported.getByText('Spam, and not the first.').waitFor()
      await reported.getByRole('button', { name: 'Restore post' }).click()
      await reported.getByTestId('decisions').getByText('restored the post').waitFor()
      await page.getByTestId('new-posts').click()
      await postsWith(page, 'Buy my watches.').waitFor()
    })
  }))
})
