import { watchDebounced } from '@vueuse/core'

const DEBOUNCE_MS = 250

/** What someone searches for: kept in the address a moment after it is typed. `q` is what the page shows results for. */
export function useSearchText() {
  const route = useRoute()
  const router = useRouter()
  const q = computed(() => typeof route.query.q === 'string' ? route.query.q.trim().slice(0, 100) : '')
  const search = ref(q.value)
  watchDebounced(search, (text) => {
    if (text.trim() !== q.value) void router.replace({ query: text.trim() ? { q: text.trim() } : {} })
  }, { debounce: DEBOUNCE_MS })
  watch(q, (text) => {
    if (text !== search.value.trim()) search.value = text
  })
  return { q, search }
}
