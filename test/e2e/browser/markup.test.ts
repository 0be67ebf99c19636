import naughty from 'big-list-of-naughty-strings'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adminEmail } from '#local-clerk/index.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { excerpt } from '#utils/excerpt.ts'
import { linkify } from '#utils/feed/linkify.ts'
import ours from '../../fixtures/markup.json' with { type: 'json' }
import { hasBrowser } from '../support/browser.ts'
import { signIn } from '../support/session.ts'
import { useStage } from '../support/stage.ts'

const { ada = '' } = peopleIds

/** What a browser could take for more than text: ours, and of the Big List of Naughty Strings all that is not about something else. */
const pieces = [...ours, ...naughty.filter(text => /[<>"'`&{]|script/i.test(text) && !/\p{Cc}/u.test(text)).map(text => text.trim())]

/** Several in one text, since whatever is taken for markup also changes what comes after it. As long as a bio may be, in UTF-16 units. */
const texts = pieces.reduce<string[]>((all, piece) => {
  const last = all.at(-1)
  return last !== undefined && last.length + piece.length < 250 ? [...all.slice(0, -1), `${last}\n${piece}`] : [...all, piece]
}, [])

const people = texts.map((text, index) => ({ id: `user_markup_${index}`, text }))

/** Links are shown without their protocol, and shortened. */
const asPosted = (text: string) => linkify(text).map(part => part.kind === 'mention' ? '' : part.text).join('')

/** In the browser: what is in a document though no page of the app has it. */
function foreign(document: Document): string[] {
  const strange = 'iframe, frame, frameset, object, embed, base, marquee, applet, math, video, audio, noscript, details, textarea:not([name], [id], [placeholder]), meta[http-equiv], form[action]:not([role=search]), [srcdoc], [formaction]'
  const addresses = ['href', 'src', 'action', 'xlink:href', 'data', 'poster', 'background']
  return [...document.querySelectorAll('*')].filter(element => element.matches(strange)
    || [...element.attributes].some(({ name, value }) => name.startsWith('on') || (addresses.includes(name) && !/^(?:https?:\/\/|\/|#|data:image\/svg)/.test(value)))
    || (element.localName === 'script' && !element.hasAttribute('src') && element.getAttribute('type') !== 'application/json' && /alert/.test(element.textContent)))
    .map(({ outerHTML }) => outerHTML.slice(0, 200))
}

describe.skipIf(!hasBrowser)('what people write', () => {
  const stage = useStage({ people: true })
  const dialogs: string[] = []
  const posts = new Map<string, string>()

  beforeAll(async () => {
    const { clerk, request } = stage.rollcall
    for (const [index, { id, text }] of people.entries()) clerk.users.create({ id, firstName: text, username: `"><img src=x onerror=alert(${index})>`, createdAt: Date.now() - index })
    await clerk.deliveries.settled()
    for (const { id, text } of people) {
      const [bio, post] = await Promise.all([
        request('/api/me/profile', { as: id, method: 'PATCH', json: { bio: text } }),
        request('/api/posts', { as: id, json: { body: text } }),
      ])
      expect([text, bio.status, post.status]).toEqual([text, 200, 201])
      posts.set(id, (await post.json()).id)
    }
  })

  /** Without the policy, so that it is not the policy that keeps a script from running. */
  const visit = (run: (page: Page) => Promise<void>) => stage.visit(async (page) => {
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await run(page)
    expect(dialogs).toEqual([])
  }, { bypassCSP: true })

  async function expectText(page: Page) {
    // Hydrated, with what Clerk and the page itself add.
    await page.locator('.cl-userButtonTrigger:visible, a[href^="/sign-in"]:visible').first().waitFor()
    expect(await page.evaluate(`(${foreign.toString()})(document)`), page.url()).toEqual([])
  }

  const shown = (page: Page, id: string) => page.getByTestId(id).evaluateAll(all => all.map(one => one.textContent))

  /** Scrolls until so many are there. */
  async function showAll(page: Page, id: string, count: number) {
    await expect.poll(async () => {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
      const more = page.getByTestId('load-more')
      if (await more.isVisible()) await more.click({ timeout: 1_000 }).catch(() => {})
      return page.getByTestId(id).count()
    }, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
  }

  it('is text in the feed, in a thread and on a profile', () => visit(async (page) => {
    await page.goto('/')
    await showAll(page, 'post', people.length)
    expect(await shown(page, 'post-body')).toEqual(expect.arrayContaining(texts.map(asPosted)))
    expect(await shown(page, 'user-name')).toEqual(expect.arrayContaining(texts))
    await expectText(page)
    for (const { id, text } of people.slice(0, 2)) {
      await page.goto(`/users/${id}`)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(text)
      expect(await page.getByTestId('bio').textContent()).toBe(asPosted(text))
      await expectText(page)
      await page.goto(`/posts/${posts.get(id)}`)
      expect((await shown(page, 'post-body'))[0]).toBe(asPosted(text))
      await expectText(page)
    }
  }))

  it('is text where members and admins look', () => visit(async (page) => {
    await signIn(page, adminEmail, '/sign-in?redirect_url=/people')
    await showAll(page, 'person', people.length)
    expect(await shown(page, 'user-name')).toEqual(expect.arrayContaining(texts))
    await expectText(page)
    await page.goto('/admin/users')
    await showAll(page, 'admin-user', people.length)
    expect(await shown(page, 'user-name')).toEqual(expect.arrayContaining(texts))
    await expectText(page)
    const [first = { id: '', text: '' }] = people
    for (const path of [`/admin/users/${first.id}`, '/admin/events', '/admin/reconcile', '/admin', `/admin/events?user=${encodeURIComponent(ours[0] ?? '')}`]) {
      await page.goto(path)
      await expectText(page)
    }
    await page.goto('/people')
    await page.getByTestId('people-search').fill(`${ours[1]} nobody`)
    await page.getByText(`No results for “${ours[1]} nobody”`).waitFor()
    await expectText(page)
  }))

  it('is text in what the server sends, its title and its previews, also in the address', () => visit(async (page) => {
    const { request } = stage.rollcall
    const read = async (path: string, as: string | null = null) => (await request(path, { as, headers: { accept: '*/*, text/html' } })).text()
    /** What a browser makes of each page, without running it. */
    const look = async (paths: string[], as: string | null = null) => page.evaluate(([pages, foreign]) => {
      const find = new Function('document', `return (${foreign})(document)`)
      return pages.map((html) => {
        const document = new DOMParser().parseFromString(html, 'text/html')
        const content = (name: string) => document.querySelector(`meta[name="${name}"], meta[property="${name}"]`)?.getAttribute('content')?.replace(/\s+/gu, ' ')
        return { title: document.title, description: content('description'), preview: content('og:title'), inHead: [...new Set([...document.head.children].map(({ localName }) => localName))].toSorted(), foreign: find(document) as string[] }
      })
    }, [await Promise.all(paths.map(path => read(path, as))), foreign.toString()] as const)
    const own = { foreign: [], inHead: expect.arrayContaining(['link', 'meta', 'script', 'title']) }

    await page.goto('/sign-in')
    expect(await look(people.map(({ id }) => `/users/${id}`))).toEqual(people.map(({ text }, index) => {
      const title = `${excerpt(text, 10_000)} (@"><img src=x onerror=alert(${index})>)`
      return { ...own, title: `${title} · Rollcall`, preview: title, description: excerpt(text, 200) }
    }))
    expect(await look(people.map(({ id }) => `/posts/${posts.get(id)}`))).toEqual(people.map(({ text }) => expect.objectContaining({ ...own, description: excerpt(text, 200) })))

    const queries = texts.slice(0, 8).map(text => encodeURIComponent(text))
    const short = ours.map(text => encodeURIComponent(text.slice(0, 100)))
    for (const path of ['/nothing/', '/users/', '/sign-in?redirect_url=']) {
      for (const found of await look(queries.map(query => path + query))) expect(found, path).toMatchObject(own)
    }
    for (const path of ['/people?q=', '/admin/users?q=']) {
      for (const found of await look(short.filter((_, index) => index % 4 === 0).map(query => path + query), ada)) expect(found, path).toMatchObject(own)
    }
  }))

  it('is data in JSON and in a table', async () => {
    const { request } = stage.rollcall
    const json = await request('/api/posts?limit=100')
    expect(json.headers.get('content-type')).toMatch(/^application\/json/)
    const table = await request('/api/admin/users.csv', { as: ada })
    expect([table.headers.get('content-type'), table.headers.get('content-disposition')]).toEqual(['text/csv; charset=utf-8', expect.stringMatching(/^attachment;/)])
    const csv = await table.text()
    // What begins with a sign would be a formula, and is written otherwise.
    for (const text of texts.filter(text => !/^[=+\-@\t\r]/.test(text))) expect(csv).toContain(text.replaceAll('"', '""'))
  })
})
