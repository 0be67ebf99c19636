import { watchDebounced } from '@vueuse/core'
import * as v from 'valibot'

type FilterValues = Record<string, string | undefined>

/** @param options.replace for what is typed: the back button then skips the letters in between */
export type SetFilters<TFilters> = (change: Partial<TFilters>, options?: { replace: boolean }) => void

const TYPING_MS = 250

/**
 * Filters that live in the address, so that a view survives a reload and can be sent to someone.
 * @param schema reads a query and never fails: what is wrong there counts as left out
 * @param order the keys that say how the list is sorted: they hide no row
 */
export function useAddressFilters<TFilters extends FilterValues>(schema: v.GenericSchema<unknown, TFilters>, order: (keyof TFilters)[] = []) {
  const route = useRoute()
  const router = useRouter()
  const defaults = v.parse(schema, {})
  // Equal filters stay the same object, since every change of the object makes a request.
  const filters = computed<TFilters>((before) => {
    const now = v.parse(schema, route.query)
    return before && isSame(before, now) ? before : now
  })
  const orderOf = (values: FilterValues) => Object.fromEntries(order.map(key => [key, values[String(key)]]))

  // What was typed just before a link was followed must not cancel that navigation.
  let leaving = false
  onBeforeRouteLeave(() => {
    leaving = true
  })
  onScopeDispose(router.afterEach(() => {
    leaving = false
  }))

  // While a navigation is on its way, the address is that of before.
  let wanted: { filters: FilterValues, replace: boolean } | undefined
  const latest = () => wanted?.filters ?? filters.value

  async function go(next: FilterValues, replace = false): Promise<void> {
    if (leaving) return
    const mine = wanted = { filters: next, replace: replace && (wanted?.replace ?? true) }
    const query = Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== defaults[key]))
    try {
      await (mine.replace ? router.replace({ query }) : router.push({ query }))
    }
    finally {
      if (wanted === mine) wanted = undefined
    }
  }

  const set: SetFilters<TFilters> = (change, options) => void go({ ...latest(), ...change }, options?.replace)

  return {
    filters,
    /** Whether any filter hides rows. */
    filtered: computed(() => !isSame({ ...filters.value, ...orderOf(defaults) }, defaults)),
    set,
    /** Shows all rows again, in the same order. */
    clear: () => void go({ ...defaults, ...orderOf(latest()) }),
  }
}

/**
 * The text of a filter that is typed. It is set when the typing pauses, and follows the filter when that changes by
 * other means, such as the browser's back button.
 */
export function useTypedFilter(filter: () => string, set: (text: string) => void) {
  const typed = ref(filter())
  watchDebounced(typed, (text) => {
    if (text.trim() !== filter()) set(text.trim())
  }, { debounce: TYPING_MS })
  watch(filter, (text) => {
    if (text !== typed.value.trim()) typed.value = text
  })
  return typed
}

const isSame = (a: FilterValues, b: FilterValues) => [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => a[key] === b[key])
