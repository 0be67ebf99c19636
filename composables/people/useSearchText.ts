import * as v from 'valibot'

const Query = v.object({ q: v.fallback(v.pipe(v.string(), v.trim(), v.transform(text => text.slice(0, 100))), '') })

/** What someone searches for: kept in the address a moment after it is typed. `q` is what the page shows results for. */
export function useSearchText() {
  const { filters, set } = useAddressFilters(Query)
  const q = computed(() => filters.value.q)
  return { q, search: useTypedFilter(() => q.value, text => set({ q: text }, { replace: true })) }
}
