import * as v from 'valibot'
import { userSorts } from '#shared/schemas/admin'
import { syncSources } from '#shared/types/sync'
import type { UserSort } from '#shared/schemas/admin'
import type { AdminUser } from '#shared/types/admin'
import type { UserStatus } from '#shared/types/user'

export const userStatuses = ['here', 'pending', 'gone'] as const

const oneOf = <const TOptions extends readonly string[]>(options: TOptions) => v.fallback(v.optional(v.picklist(options)), undefined)

const Filters = v.object({
  q: v.fallback(v.string(), ''),
  sort: v.fallback(v.picklist(userSorts), 'joined'),
  order: v.fallback(v.picklist(['asc', 'desc']), 'desc'),
  status: oneOf(userStatuses),
  syncedBy: oneOf(syncSources),
  banned: oneOf(['true', 'false']),
})
export type UserFilters = v.InferOutput<typeof Filters>

/** The admin's list of users: searched, filtered, sorted, page by page. */
export function useAdminUsers() {
  const request = useRequestFetch()
  const { filters, filtered, set, clear } = useAddressFilters(Filters, ['sort', 'order'])
  const query = computed(() => ({ ...filters.value, q: filters.value.q || undefined }))
  /** All users by status, whatever the search. */
  const counts = useState<Record<UserStatus, number> | null>('admin-user-counts', () => null)

  /** Whether the search did not look through all ids. */
  const incomplete = useState('admin-user-search-incomplete', () => false)

  const pages = usePages<AdminUser>('admin-users', async (cursor) => {
    const page = await request('/api/admin/users', { query: { ...query.value, cursor, limit: 50 } })
    counts.value = page.counts
    incomplete.value = page.incomplete
    return { items: page.users, nextCursor: page.nextCursor }
  }, query)

  /** The same column again reverses the order; a new column starts with the order that is useful first. */
  function sortBy(sort: UserSort): void {
    const turned = filters.value.order === 'asc' ? 'desc' : 'asc'
    set({ sort, order: sort === filters.value.sort ? turned : sort === 'name' ? 'asc' : 'desc' })
  }

  return {
    ...pages,
    filters,
    filtered,
    counts,
    incomplete: readonly(incomplete),
    set,
    clear,
    sortBy,
    csv: computed(() => withQuery('/api/admin/users.csv', query.value)),
    /** How many users match; null while that is not known. */
    matching: computed(() => {
      const { q, status, syncedBy, banned } = filters.value
      if (pages.state.value === 'done') return pages.items.value.length
      if (!counts.value || q || syncedBy || banned) return null
      return status ? counts.value[status] : counts.value.here + counts.value.pending + counts.value.gone
    }),
  }
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).flatMap(([key, value]) => value === undefined ? [] : [[key, value]])
  return `${path}?${new URLSearchParams(given)}`
}
