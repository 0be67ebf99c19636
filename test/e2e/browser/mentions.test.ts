import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { memberEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { hasBrowser } from '../support/browser.ts'
import { postsWith } from '../support/feed.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const box = (page: Page) => page.getByTestId('composer').getByRole('textbox')
const options = (page: Page) => page.getByTestId('mention-option')

describe.skipIf(!hasBrowser)('a mention', () => {
  const stage = useStage({ people: true })

  it('is picked by the keyboard, reads as the name of today on every open page, and as "deleted user" in the end', () => stage.visit(async (page) => {
    const { clerk } = stage.rollcall
    await signIn(page, memberEmail)
    await box(page).pressSequentially('Is it you, @elen')
    await options(page).first().waitFor()
    expect(await options(page).allInnerTexts()).toEqual([expect.stringContaining('@eleni')])
    expect(await box(page).getAttribute('aria-activedescendant')).toBe(await options(page).first().getAttribute('id'))
    await page.keyboard.press('Enter')
    expect(await options(page).count()).toBe(0)
    const name = (await box(page).inputValue()).slice('Is it you, '.length)
    expect(name).toMatch(/^@Ελένη .* $/)

    await page.keyboard.type('?')
    await page.keyboard.press('Control+Enter')
    const post = postsWith(page, 'Is it you').and(page.locator('[aria-busy=false]'))
    await post.waitFor()
    const mention = post.getByTestId('mention')
    expect(await mention.textContent()).toBe(name.trim())
    expect(await mention.getAttribute('href')).toBe(`/users/${peopleIds.eleni}`)

    clerk.users.update(peopleIds.eleni ?? '', { firstName: 'Helen', lastName: 'of Troy' })
    await mention.getByText('@Helen of Troy').waitFor()
    clerk.users.delete(peopleIds.eleni ?? '')
    await mention.and(page.getByText('deleted user')).waitFor()
    await page.reload()
    await mention.and(page.getByText('deleted user')).waitFor()
  }))

  it('is picked by the pointer; Escape leaves the text as it is; an accent more or less finds the same', () => stage.visit(async (page) => {
    await signIn(page, memberEmail)
    await box(page).pressSequentially('@joao')
    await options(page).filter({ hasText: 'João' }).click()
    expect(await box(page).inputValue()).toMatch(/^@João .* $/)
    expect(await box(page).evaluate(element => element === document.activeElement)).toBe(true)

    await page.keyboard.type('and @jo')
    await options(page).first().waitFor()
    await page.keyboard.press('Escape')
    await options(page).first().waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toMatch(/ and @jo\n$/)
    expect(await page.getByTestId('composer-left').textContent()).toContain(String(500 - '@ and @jo'.length))
  }))
})

describe.skipIf(!hasBrowser)('the people page', () => {
  const stage = useStage({ people: true })
  const people = (page: Page) => page.getByTestId('person')

  it('shows everyone, finds by name, keeps the search in the address, and follows a rename', () => stage.visit(async (page) => {
    await signIn(page, memberEmail, '/sign-in?redirect_url=/people')
    await expect.poll(() => people(page).count()).toBe(Object.keys(peopleIds).length)
    await page.getByTestId('list-done').waitFor()

    await page.getByTestId('people-search').fill('noo')
    await expect.poll(() => people(page).getByTestId('user-name').allTextContents()).toEqual(['Noor Haddad'])
    expect(new URL(page.url()).search).toBe('?q=noo')
    stage.rollcall.clerk.users.update(peopleIds.noor ?? '', { lastName: 'Renamed' })
    await people(page).getByText('Noor Renamed').waitFor()
    await page.reload()
    await people(page).getByText('Noor Renamed').waitFor()

    await page.getByTestId('people-search').fill('nobody like this')
    await page.getByTestId('list-empty').getByRole('button', { name: 'Show everyone' }).click()
    await expect.poll(() => people(page).count()).toBe(Object.keys(peopleIds).length)
    await people(page).first().click()
    await page.waitForURL(/\/users\//)
  }))

  it('asks a guest to sign in', () => stage.visit(async (page) => {
    await page.goto('/people')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  }))
})
