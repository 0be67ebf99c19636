import type { MaybeRefOrGetter } from 'vue'

const EVERY_MS = 15_000

/**
 * Deliveries that could not be verified, by hour and reason, newest first. No type, outcome or user is known of them, so
 * a filter by one of these leaves them out.
 */
export function useRefusals(key: string, filters: MaybeRefOrGetter<EventFilters>) {
  const request = useRequestFetch()
  const { ready, data } = useFresh(key, async () => {
    const { type, outcome, user, name, since, until } = eventQuery(toValue(filters), Date.now())
    if (type ?? outcome ?? user ?? name) return []
    return (await request('/api/admin/refusals', { query: { since, until } })).refusals
  }, { everyMs: () => EVERY_MS, about: () => toValue(filters) })

  return {
    /** To be awaited by the page. */
    ready,
    refusals: computed(() => data.value ?? []),
  }
}
