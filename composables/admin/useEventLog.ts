import type { MaybeRefOrGetter } from 'vue'
import type { AdminEvent, AdminEventPage } from '#shared/types/admin'

/**
 * The event log, newest first, page by page, and live.
 * @param key names the first page in the payload
 */
export function useEventLog(key: string, filters: MaybeRefOrGetter<EventFilters>, limit = 50) {
  const request = useRequestFetch()
  /** Whose events are listed, where the filter is a name. */
  const named = useState<AdminEventPage['named']>(`${key}:named`, () => null)
  const fetchPage = async (cursor?: string) => {
    const page = await request('/api/admin/events', { query: { ...eventQuery(toValue(filters), Date.now()), cursor, limit } })
    named.value = page.named
    return { items: page.events, nextCursor: page.nextCursor }
  }

  const pages = usePages<AdminEvent>(key, fetchPage, filters)
  const live = useLiveEvents({
    list: pages.items,
    isListed: event => matchesFilters(event, toValue(filters), named.value?.ids),
    askNewest: async () => (await fetchPage()).items,
    reload: () => pages.ready.refresh(),
  })
  watch(pages.ready.data, live.forget)

  return { ...pages, ...live, named: readonly(named) }
}
