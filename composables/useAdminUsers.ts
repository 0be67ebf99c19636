import * as v from 'valibot'
import { userSorts } from '~~/shared/schemas/admin'
import type { UserSort } from '~~/shared/schemas/admin'
import type { AdminUser, AdminUserPage } from '~~/shared/types/admin'
import type { UserStatus } from '~~/shared/types/user'

export const userStatuses = ['here', 'pending', 'gone'] as const

const Filters = v.object({
  q: v.fallback(v.string(), ''),
  sort: v.fallback(v.picklist(userSorts), 'joined'),
  order: v.fallback(v.picklist(['asc', 'desc']), 'desc'),
  status: v.fallback(v.optional(v.picklist(userStatuses)), undefined),
})
export type UserFilters = v.InferOutput<typeof Filters>

/**
 * The admin's list of users. Search, sort and status live in the address, so that a view can be
 * sent to someone; every change of them starts from the first page.
 */
export function useAdminUsers() {
  const route = useRoute()
  const router = useRouter()
  const request = useRequestFetch()
  const filters = computed(() => v.parse(Filters, route.query))

  const fetchPage = (cursor?: string) =>
    request<AdminUserPage>('/api/admin/users', { query: { ...filters.value, q: filters.value.q || undefined, cursor, limit: 50 } })

  const first = useAsyncData('admin-users', () => fetchPage(), { watch: [filters] })
  const rest = ref<AdminUser[]>([])
  /** Where the next page begins once there are more than one; undefined while the first one says so. */
  const after = ref<string | null>()
  const cursor = computed(() => after.value === undefined ? first.data.value?.nextCursor ?? null : after.value)
  const failure = ref<string | null>(null)
  const loadingMore = ref(false)

  watch(first.data, () => {
    rest.value = []
    after.value = undefined
  })

  async function more(): Promise<void> {
    const from = cursor.value
    if (!from || loadingMore.value) return
    loadingMore.value = true
    failure.value = null
    try {
      const page = await fetchPage(from)
      // The filters may have changed on the way.
      if (cursor.value !== from) return
      rest.value = [...rest.value, ...page.users]
      after.value = page.nextCursor
    }
    catch (error) {
      failure.value = failureMessage(error)
    }
    finally {
      loadingMore.value = false
    }
  }

  function set(change: Partial<UserFilters>): void {
    const { q, sort, order, status } = { ...filters.value, ...change }
    void router.replace({ query: {
      q: q || undefined,
      sort: sort === 'joined' ? undefined : sort,
      order: order === 'desc' ? undefined : order,
      status,
    } })
  }

  /** The same column again turns the order; a new one starts where people look first. */
  function sortBy(sort: UserSort): void {
    const turned = filters.value.order === 'asc' ? 'desc' : 'asc'
    set({ sort, order: sort === filters.value.sort ? turned : sort === 'name' ? 'asc' : 'desc' })
  }

  return {
    filters,
    users: computed<AdminUser[]>(() => [...first.data.value?.users ?? [], ...rest.value]),
    counts: computed<Record<UserStatus, number> | null>(() => first.data.value?.counts ?? null),
    loading: computed(() => first.status.value === 'pending'),
    failure: computed(() => failure.value ?? (first.error.value ? failureMessage(first.error.value) : null)),
    hasMore: computed(() => cursor.value !== null),
    loadingMore: readonly(loadingMore),
    more,
    retry: () => first.error.value ? first.refresh() : more(),
    set,
    sortBy,
    ready: first,
  }
}
