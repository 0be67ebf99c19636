import type { MaybeRefOrGetter } from 'vue'

/** Where a list stands: waiting for the reader, fetching, at its end, or stopped by a failure. */
export type PagingState = 'idle' | 'loading' | 'done' | 'error'

export interface ListPage<TRow> {
  rows: TRow[]
  nextCursor: string | null
}

/**
 * A list that grows page by page, in the API's own order. The first page comes with the page, by `useAsyncData`; what the
 * list is about may change (a search, a filter), and then it starts anew.
 * @param key names the first page in the payload
 * @param fetchPage the page at a cursor; the first without one
 * @param about when this changes, the list starts anew
 */
export function usePages<TRow>(key: string, fetchPage: (cursor?: string) => Promise<ListPage<TRow>>, about: MaybeRefOrGetter<unknown>) {
  const first = useAsyncData(key, () => fetchPage(), { watch: [() => toValue(about)] })
  const rest = shallowRef<ListPage<TRow>[]>([])
  const more = ref<{ busy: boolean, failure: string | null }>({ busy: false, failure: null })
  const cursor = computed(() => (rest.value.at(-1) ?? first.data.value)?.nextCursor ?? null)

  const failure = computed(() => first.error.value ? failureMessage(first.error.value) : more.value.failure)
  const state = computed<PagingState>(() => {
    if (failure.value) return 'error'
    if (first.status.value === 'pending' || more.value.busy) return 'loading'
    return first.data.value && !cursor.value ? 'done' : 'idle'
  })

  watch(first.data, () => {
    rest.value = []
    more.value = { busy: false, failure: null }
  })

  async function fetchNext(from: string): Promise<void> {
    more.value = { busy: true, failure: null }
    try {
      const page = await fetchPage(from)
      // The list may have become another one on the way.
      if (cursor.value === from) rest.value = [...rest.value, page]
      more.value = { busy: false, failure: null }
    }
    catch (error) {
      more.value = { busy: false, failure: failureMessage(error) }
    }
  }

  return {
    /** To be awaited by the page. */
    ready: first,
    rows: computed<TRow[]>(() => [...first.data.value?.rows ?? [], ...rest.value.flatMap(({ rows }) => rows)]),
    state,
    failure,
    /** The next page, or again what failed. Does nothing while one is on its way, or when all is there. */
    async more(): Promise<void> {
      if (state.value === 'loading' || state.value === 'done') return
      if (first.error.value || !cursor.value) await first.refresh()
      else await fetchNext(cursor.value)
    },
  }
}
