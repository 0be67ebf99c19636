import * as v from 'valibot'
import { ChartsQuery } from '#shared/schemas/admin'

const EVERY_MS = 60_000

/**
 * Deliveries and lag by hour, for the last 24 hours, 7 or 30 days: the address says which.
 * @param counted changes when the facts count something else, so that the charts never contradict them for long
 */
export function useMirrorCharts(counted: () => string) {
  const route = useRoute()
  const request = useRequestFetch()
  const range = computed(() => v.parse(v.fallback(ChartsQuery, { range: 'day' }), { range: route.query.range }).range)

  const fetchCharts = () => request('/api/admin/charts', { query: { range: range.value } })
  const fresh = useFresh('mirror-charts', fetchCharts, { everyMs: () => EVERY_MS, about: range })
  watch(counted, fresh.askSoon)

  return { ...fresh, range }
}
