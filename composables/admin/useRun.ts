import type { Ref } from 'vue'
import { useTimeoutFn } from '@vueuse/core'
import type { RunDetail } from '#shared/types/admin'

const EVERY_MS = 1_000

/**
 * A run with its report, asked for each second while it goes on.
 * @param id null: no run
 * @param alive whether the process of an open run is still there
 */
export function useRun(id: Ref<string | null>, alive: Ref<boolean>) {
  const request = useRequestFetch()
  const first = useAsyncData('admin-run', async () => id.value ? await request<RunDetail>(`/api/admin/runs/${id.value}`) : null, { watch: [id] })
  const failure = ref<string | null>(null)
  const run = computed(() => first.data.value ?? null)
  const goesOn = computed(() => alive.value && run.value !== null && run.value.finishedAt === null)

  async function ask() {
    const asked = id.value
    if (!asked) return
    try {
      const answer = await $fetch<RunDetail>(`/api/admin/runs/${asked}`)
      if (id.value === asked) first.data.value = answer
      failure.value = null
    }
    catch (error) {
      failure.value = failureMessage(error, 'Rollcall did not answer.')
    }
    if (goesOn.value) start()
  }
  const { start, stop } = useTimeoutFn(ask, EVERY_MS, { immediate: false })
  onMounted(() => watch(goesOn, on => on ? start() : stop(), { immediate: true }))

  return { ready: first, run, goesOn, failure: computed(() => failure.value ?? (first.error.value ? failureMessage(first.error.value) : null)), refresh: () => first.refresh() }
}
