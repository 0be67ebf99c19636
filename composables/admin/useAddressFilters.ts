import * as v from 'valibot'

type FilterValues = Record<string, string | undefined>

/**
 * Filters that live in the address, so that a view survives a reload and can be sent to someone.
 * @param schema reads a query and never fails: what is wrong there counts as left out
 */
export function useAddressFilters<TFilters extends FilterValues>(schema: v.GenericSchema<unknown, TFilters>) {
  const route = useRoute()
  const router = useRouter()
  const defaults = v.parse(schema, {})
  // The same filters stay the same object, whatever else happens to the address: what watches them asks the server.
  const filters = computed<TFilters>((before) => {
    const now = v.parse(schema, route.query)
    return before && isSame(before, now) ? before : now
  })

  // What was typed just before a link was followed must not call that navigation off.
  let leaving = false
  onBeforeRouteLeave(() => {
    leaving = true
  })
  onScopeDispose(router.afterEach(() => {
    leaving = false
  }))

  return {
    filters,
    /** @param options.replace for what is typed: the back button then skips the letters in between */
    set(change: Partial<TFilters>, { replace = false } = {}): void {
      if (leaving) return
      const next = { ...filters.value, ...change }
      const query = Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== defaults[key]))
      void (replace ? router.replace({ query }) : router.push({ query }))
    },
  }
}

const isSame = (a: FilterValues, b: FilterValues) => [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => a[key] === b[key])
