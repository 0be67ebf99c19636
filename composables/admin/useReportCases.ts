import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import * as v from 'valibot'
import { caseStates } from '#shared/types/moderation'
import type { DecisionAction, ReportCase } from '#shared/types/moderation'

const EVERY_MS = 15_000

const Filters = v.object({ state: v.fallback(v.picklist(caseStates), 'open') })

/** What was reported, the latest first, page by page. The first page is asked for again while it is all there is to see. */
export function useReportCases() {
  const request = useRequestFetch()
  const toast = useToast()
  const { learn } = usePeople()
  const { filters, set } = useAddressFilters(Filters, ['state'])
  const pages = usePages<ReportCase>('admin-reports', async (cursor) => {
    const at = Date.now()
    const page = await request('/api/admin/reports', { query: { state: filters.value.state, cursor } })
    learn(page.cases.flatMap(({ user, reports }) => [user, ...reports.map(({ reporter }) => reporter)]), at)
    return { items: page.cases, nextCursor: page.nextCursor }
  }, filters)

  /** Cases as they are since they were decided on this page: they stay in their place. */
  const decided = ref(new Map<string, ReportCase>())
  watch(pages.ready.data, () => decided.value.clear())

  const visibility = useDocumentVisibility()
  const isFirst = () => pages.items.value.length === (pages.ready.data.value?.items.length ?? 0)
  useIntervalFn(() => {
    if (visibility.value === 'visible' && isFirst() && decided.value.size === 0) void pages.ready.refresh()
  }, EVERY_MS)

  /** @returns whether it was decided */
  async function decide(id: string, action: DecisionAction, note: string): Promise<boolean> {
    try {
      const now = await request<ReportCase>(`/api/admin/reports/${id}/decisions`, { method: 'POST', body: { action, note } })
      decided.value.set(id, now)
      return true
    }
    catch (error) {
      toast.add({ title: 'Your decision was not saved', description: failureMessage(error), color: 'error' })
      return false
    }
  }

  return {
    ...pages,
    items: computed(() => pages.items.value.map(one => decided.value.get(one.id) ?? one)),
    state: pages.state,
    filters,
    set,
    decide,
  }
}
