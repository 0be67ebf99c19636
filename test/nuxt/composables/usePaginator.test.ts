import { describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { Loaded, Page } from '~~/composables/shell/usePaginator'

type Fetch = (cursor?: string, limit?: number) => Promise<Page<string>>

const page = (items: string, nextCursor: string | null = null): Page<string> => ({ items: [...items], nextCursor })

function list(fetchPage: Fetch, loaded: Loaded<string> = { items: [] }) {
  const paginator = usePaginator<string>({ loaded: ref(loaded), fetchPage })
  return { ...paginator, text: () => paginator.items.value.join('') }
}

/** Answers each cursor with its page. */
const answers = (pages: Record<string, Page<string>>) => vi.fn<Fetch>(async (cursor = '') => {
  const found = pages[cursor]
  if (!found) throw new Error(`No page at ${cursor}.`)
  return found
})

describe('more', () => {
  it('fetches one page at a time, until all is there', async () => {
    const fetchPage = answers({ '': page('ab', 'c'), 'c': page('cd') })
    const { more, state, text } = list(fetchPage)
    const both = [more(), more()]
    expect(state.value).toBe('loading')
    await Promise.all(both)
    expect([state.value, text()]).toEqual(['idle', 'ab'])
    await more()
    await more()
    expect([state.value, text()]).toEqual(['done', 'abcd'])
    expect(fetchPage).toHaveBeenCalledTimes(2)
  })

  it('goes on past empty pages, ten at once, and never calls the list complete before its end', async () => {
    const fetchPage = vi.fn<Fetch>(async (cursor = '0') => Number(cursor) < 12 ? page('', String(Number(cursor) + 1)) : page('z'))
    const { more, state, text } = list(fetchPage)
    expect(state.value).toBe('loading')
    await more()
    expect([state.value, text(), fetchPage.mock.calls.length]).toEqual(['idle', '', 10])
    await more()
    expect([state.value, text()]).toEqual(['done', 'z'])
  })

  it('says why a page did not come, and fetches it again', async () => {
    const fetchPage = answers({ '': page('ab') })
    fetchPage.mockRejectedValueOnce({ data: { message: 'Not now.' } })
    const { more, state, failure, text } = list(fetchPage)
    await more()
    expect([state.value, failure.value]).toEqual(['error', 'Not now.'])
    await more()
    expect([state.value, failure.value, text()]).toEqual(['done', null, 'ab'])
  })

  it('drops a page of a list that was replaced in the meantime', async () => {
    const { promise, resolve } = Promise.withResolvers<Page<string>>()
    const { more, replace, state, text } = list(() => promise, page('ab', 'c'))
    const asked = more()
    replace(page('xy', 'z'))
    resolve(page('cd'))
    await asked
    expect([state.value, text()]).toEqual(['idle', 'xy'])
  })
})

describe('follow', () => {
  it('fetches the last page again', async () => {
    const pages = { '': page('ab', 'c'), 'c': page('cd') }
    const fetchPage = answers(pages)
    const loaded = ref<Loaded<string>>({ items: [] })
    const { more, follow, items } = usePaginator<string>({ loaded, fetchPage, merge: (before, now) => [...new Set([...before, ...now])] })
    await more()
    await more()
    pages.c = page('cde')
    await follow()
    expect(items.value.join('')).toBe('abcde')
    expect(fetchPage).toHaveBeenLastCalledWith('c', 100, 'no-store')
  })
})

describe('fetchAgain', () => {
  const pages = { '': page('ab', 'c'), 'c': page('cd', 'e'), 'e': page('ef') }

  it('goes on until it is enough, and leaves the list as it is', async () => {
    const { fetchAgain, text } = list(answers(pages), page('b', 'c'))
    expect(await fetchAgain(items => items.includes('c'))).toEqual(page('abcd', 'e'))
    expect(await fetchAgain(() => false, { head: page('x', 'e') })).toEqual(page('xef'))
    expect(text()).toBe('b')
  })

  it('fetches ten pages at most', async () => {
    const fetchPage = vi.fn<Fetch>(async () => page('a', 'more'))
    expect(await list(fetchPage).fetchAgain(() => false)).toEqual(page('a'.repeat(10), 'more'))
    expect(fetchPage).toHaveBeenCalledTimes(10)
  })
})
