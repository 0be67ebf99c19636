import { mountSuspended } from '@nuxt/test-utils/runtime'
import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Written } from '~~/composables/feed/useComposer'
import FeedComposer from '~~/components/feed/Composer.vue'
import { DRAFTS_AT_MOST, findDraft, keepDraft } from '~~/utils/feed/kept-drafts'

const author = { id: 'user_ada', name: 'Ada', username: 'ada', imageUrl: null, status: 'here' } as const

beforeEach(() => localStorage.clear())

async function mount(publish: (written: Written) => Promise<unknown>, { thread = 'feed', by = author.id }: { thread?: string, by?: string } = {}) {
  const composer = await mountSuspended(FeedComposer, { props: { author: { ...author, id: by }, publish, thread, label: 'Say something', action: 'Post' } })
  const box = composer.get('textarea')
  return {
    composer,
    box,
    write: (text: string) => box.setValue(text),
    left: () => composer.get('[data-testid=composer-left]').text(),
    button: () => composer.get('[data-testid=composer-send]'),
    submit: () => composer.get('form').trigger('submit'),
  }
}

/** A promise that is settled from outside. */
const held = () => Promise.withResolvers<unknown>()

describe('Composer', () => {
  it('counts characters as people do', async () => {
    const { write, left } = await mount(async () => {})
    await write('👨‍👩‍👧‍👦 e\u0301')
    expect(left()).toMatch(/^497/)
  })

  it('sends nothing that is empty or too long', async () => {
    const publish = vi.fn(async () => {})
    const { write, button, submit, composer } = await mount(publish)
    expect(button().attributes('disabled')).toBeDefined()
    await write('a'.repeat(501))
    expect(button().attributes('disabled')).toBeDefined()
    await submit()
    expect(publish).not.toHaveBeenCalled()
    expect(composer.get('[role=alert]').text()).toBe('A post has 500 characters at most.')
  })

  it('says of few but heavy characters what is wrong before they are sent', async () => {
    const publish = vi.fn(async () => {})
    const { write, button, left, composer } = await mount(publish)
    await write('👨‍👩‍👧‍👦'.repeat(320))
    expect(left()).toMatch(/^180/)
    expect(button().attributes('disabled')).toBeUndefined()
    await write('👨‍👩‍👧‍👦'.repeat(321))
    expect(left()).toMatch(/^179/)
    expect(button().attributes('disabled')).toBeDefined()
    expect(composer.get('[role=alert]').text()).toMatch(/^This post is too large: .*Remove some/)
    await write('👨‍👩‍👧‍👦')
    expect(composer.find('[role=alert]').exists()).toBe(false)
  })

  it('clears the box at once, and sends once however often it is asked', async () => {
    const { promise, resolve } = held()
    const publish = vi.fn(() => promise)
    const { write, box, submit } = await mount(publish)
    await write('  Here. ')
    await submit()
    await submit()
    await box.trigger('keydown', { key: 'Enter', ctrlKey: true })
    expect(publish).toHaveBeenCalledExactlyOnceWith({ body: 'Here.', mentions: [], key: expect.any(String) })
    expect(box.element.value).toBe('')
    resolve(undefined)
    await flushPromises()
    expect(box.element.value).toBe('')
  })

  it.each([{ ctrlKey: true }, { metaKey: true }])('sends on Enter with %o', async (keys) => {
    const publish = vi.fn(async () => {})
    const { write, box } = await mount(publish)
    await write('Here.')
    await box.trigger('keydown', { key: 'Enter', ...keys })
    expect(publish).toHaveBeenCalledOnce()
  })

  it('gives the text back when it is refused, and says why', async () => {
    const { promise, reject } = held()
    const { write, box, submit, composer } = await mount(() => promise)
    await write('Here.')
    await submit()
    await write('And another thing')
    reject({ data: { message: 'This account is banned, so it cannot post.' } })
    await flushPromises()
    expect(box.element.value).toBe('Here.\n\nAnd another thing')
    expect(composer.get('[role=alert]').text()).toBe('This account is banned, so it cannot post.')
  })
  it('sends the same text again under the same key, and another text under another', async () => {
    const publish = vi.fn(async (_: Written) => Promise.reject(new Error('The answer was lost.')))
    const { write, submit } = await mount(publish)
    await write('Here.')
    for (let times = 0; times < 2; times++) {
      await submit()
      await flushPromises()
    }
    await write('Here!')
    await submit()
    const [first, again, other] = publish.mock.calls.map(([written]) => written.key)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })
})

describe('what is being written', () => {
  const silent = async () => {}
  const textIn = async (...where: Parameters<typeof mount>) => (await mount(...where)).box.element.value

  it('is still there after the page was left, for its author and in its thread alone', async () => {
    const { write, composer } = await mount(silent)
    await write('Half a thought')
    composer.unmount()
    expect(await textIn(silent)).toBe('Half a thought')
    expect(await textIn(silent, { thread: 'other' })).toBe('')
    expect(await textIn(silent, { by: 'user_ben' })).toBe('')
  })

  it('is forgotten once it was sent, or taken out of the box', async () => {
    const first = await mount(silent)
    await first.write('Here.')
    await first.submit()
    await flushPromises()
    expect(await textIn(silent)).toBe('')
    const second = await mount(silent)
    await second.write('Here again.')
    await second.write('')
    expect(localStorage.length).toBe(0)
  })

  it('is kept while it is sent, and sent again under the same key', async () => {
    const { promise, reject } = held()
    const publish = vi.fn((_: Written) => promise)
    const { write, submit, composer } = await mount(publish)
    await write('Here.')
    await submit()
    composer.unmount()
    const again = await mount(publish)
    expect(again.box.element.value).toBe('Here.')
    await again.submit()
    expect(publish.mock.calls[1]?.[0].key).toBe(publish.mock.calls[0]?.[0].key)
    reject(new Error('Nothing came through.'))
    await flushPromises()
    expect(await textIn(silent)).toBe('Here.')
  })

  it('is kept for 30 days, and of 20 threads', () => {
    const now = Date.now()
    const draft = { text: 'Here.', mentions: [] }
    for (let thread = 0; thread <= DRAFTS_AT_MOST; thread++) keepDraft(`ada ${thread}`, draft, now + thread)
    expect(findDraft('ada 0', now)).toBeUndefined()
    expect(findDraft('ada 1', now)).toEqual(draft)
    expect(findDraft('ada 1', now + 31 * 24 * 3_600_000)).toBeUndefined()
  })

  it.each(['nonsense', '[]', '{"user_ada feed":{"at":1}}', JSON.stringify({ 'user_ada feed': { at: Date.now(), draft: { text: 'x'.repeat(30_000), mentions: [] } } })])('where something else was stored, %s is passed over', async (stored) => {
    localStorage.setItem('rollcall:drafts', stored)
    expect(await textIn(silent)).toBe('')
  })

  it('is only lost with the page where the browser keeps nothing', async () => {
    const refuse = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('Full.', 'QuotaExceededError')
    })
    const { write, box } = await mount(silent)
    await write('Here.')
    expect(box.element.value).toBe('Here.')
    refuse.mockRestore()
  })
})
