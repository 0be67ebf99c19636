/** Where a list stands: there is more to fetch, a page is on its way or yet to be asked for, all is there, or a page failed. */
export type PagingState = 'idle' | 'loading' | 'done' | 'error'

/** A page as a list takes it: the API's rows and its cursor. */
export interface Page<T> {
  items: T[]
  /** Where the next page begins; null at the end. */
  nextCursor: string | null
}

/** All that has been fetched of a list. Without `nextCursor` nothing has been fetched yet. */
export type Loaded<T> = Pick<Page<T>, 'items'> & Partial<Page<T>>

/** The API's largest page, and the most pages that are fetched again at once. */
const AGAIN = { limit: 100, pages: 10 }

/** A page may be empty though the list goes on. This many are fetched at once. */
const EMPTY_PAGES = 10

interface PaginatorOptions<T> {
  /** Where the list is kept: in `useState`, in the data of a page, or in a ref. */
  loaded: Ref<Loaded<T>>
  failure?: Ref<string | null>
  /** Fetches the page at a cursor; the first page without one. `limit` is in rows; the API's own when left out. `cache` is `no-store` for the latest (`afterNotice`). */
  fetchPage: (cursor?: string, limit?: number, cache?: RequestCache) => Promise<Page<T>>
  /** How the rows of a page join the list. They go below it when this is left out. */
  merge?: (items: T[], more: T[]) => T[]
}

/** A list that grows page by page. It does not fetch its first page by itself: `more` does, or whoever fills `loaded`. */
export function usePaginator<T>({ loaded, failure = ref(null), fetchPage, merge = (items, more) => [...items, ...more] }: PaginatorOptions<T>) {
  const renewed = useRenewal()
  const fetchRows: typeof fetchPage = (...at) => renewed(() => fetchPage(...at))
  const busy = ref(false)
  /** The cursor of the last page; undefined while that is the first page. */
  let lastPage: string | undefined

  const items = computed<T[]>({
    get: () => loaded.value.items,
    set: (now) => {
      if (now !== loaded.value.items) loaded.value = { ...loaded.value, items: now }
    },
  })
  const state = computed<PagingState>(() => {
    if (busy.value) return 'loading'
    if (loaded.value.nextCursor === null) return 'done'
    if (failure.value !== null) return 'error'
    return loaded.value.nextCursor === undefined ? 'loading' : 'idle'
  })

  function join({ items: more, nextCursor }: Page<T>): void {
    loaded.value = { items: merge(loaded.value.items, more), nextCursor }
  }

  /**
   * Fetches the next page, or again the one that failed; past empty pages, up to ten of them. Does nothing while one is on
   * its way, or when all is there.
   */
  async function more(): Promise<void> {
    if (busy.value || loaded.value.nextCursor === null) return
    busy.value = true
    failure.value = null
    try {
      for (let pages = 0; pages < EMPTY_PAGES; pages++) {
        const cursor: string | undefined = loaded.value.nextCursor
        const page: Page<T> = await fetchRows(cursor)
        // The list may have been replaced in the meantime.
        if (loaded.value.nextCursor !== cursor) return
        join(page)
        lastPage = cursor
        if (page.items.length > 0 || page.nextCursor === null) return
      }
    }
    catch (error) {
      failure.value = failureMessage(error)
    }
    finally {
      busy.value = false
    }
  }

  /** Fetches the last page again, for a list whose new rows come at the end. @throws when that fails */
  async function follow(): Promise<void> {
    join(await fetchRows(lastPage, AGAIN.limit, afterNotice.cache))
  }

  /**
   * Fetches the list again from its start, without changing it: until `isEnough`, but 10 pages at most.
   * @param head the first page, when it is here already
   * @throws when that fails
   */
  async function fetchAgain(isEnough: (items: T[]) => boolean, { limit = AGAIN.limit, head }: { limit?: number, head?: Page<T> } = {}): Promise<Page<T>> {
    let page = head ?? await fetchRows(undefined, limit, afterNotice.cache)
    let all = page.items
    let from: string | undefined
    for (let pages = head ? 0 : 1; page.nextCursor !== null && pages < AGAIN.pages && !isEnough(all); pages++) {
      from = page.nextCursor
      page = await fetchRows(from, limit, afterNotice.cache)
      all = [...all, ...page.items]
    }
    lastPage = from
    return { items: all, nextCursor: page.nextCursor }
  }

  return {
    items,
    state,
    /** Why the last page did not come, in words for people. */
    failure: readonly(failure),
    more,
    follow,
    fetchAgain,
    /** Puts another list in place of this one. */
    replace(page: Page<T>): void {
      loaded.value = page
      failure.value = null
    },
  }
}
