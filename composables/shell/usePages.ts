import type { MaybeRefOrGetter } from 'vue'
import type { Loaded, Page, PagingState } from './usePaginator'

/**
 * A list in the API's own order whose first page comes with the page that shows it, by `useAsyncData`.
 * It starts again from its first page when `about` changes (a search, a filter), or when `ready.refresh()` is called.
 * @param key names the first page in the payload
 * @param fetchPage the page at a cursor; the first one without
 * @param about what the list is about
 */
export function usePages<T>(key: string, fetchPage: (cursor?: string) => Promise<Page<T>>, about: MaybeRefOrGetter<unknown> = null) {
  const renewed = useRenewal()
  const first = useAsyncData(key, () => renewed(fetchPage), { watch: [() => toValue(about)] })
  /** The first page with those below it; null while there is only the first. */
  const grown = shallowRef<Loaded<T> | null>(null)
  const failed = ref<string | null>(null)
  const { items, state, failure, more } = usePaginator<T>({
    loaded: computed({
      get: () => grown.value ?? first.data.value ?? { items: [] },
      set: (now) => {
        grown.value = now
      },
    }),
    failure: failed,
    fetchPage,
  })

  watch(first.data, () => {
    grown.value = null
    failed.value = null
  })

  return {
    /** To be awaited by the page. */
    ready: first,
    items,
    state: computed<PagingState>(() => first.error.value ? 'error' : first.status.value === 'pending' ? 'loading' : state.value),
    failure: computed(() => first.error.value ? failureMessage(first.error.value) : failure.value),
    /** Fetches the next page, or again the one that failed. Does nothing while one is on its way, or when all is there. */
    async more(): Promise<void> {
      if (first.status.value === 'pending') return
      await (first.error.value || !first.data.value ? first.refresh() : more())
    },
  }
}
