import type { WatchSource } from 'vue'
import { useDocumentVisibility, useEventListener, useIntervalFn, useThrottleFn } from '@vueuse/core'

/** News often come in bursts: once in this time is enough. */
const SOON_MS = 2_000

/**
 * Data that keeps itself fresh while someone looks: asked again in an interval, at once when the page is looked at again,
 * and when told. The old answer stays while the new one is on its way, and when it does not come.
 * @param key names the first answer in the payload
 * @param options.everyMs not while the page is hidden
 * @param options.about when this changes, it is asked anew
 */
export function useFresh<T>(key: string, fetch: () => Promise<T>, options: { everyMs: number, about?: WatchSource }) {
  const fetchAnswer = async () => ({ answer: await fetch() })
  const first = useAsyncData(key, fetchAnswer, { watch: options.about ? [options.about] : [] })
  const again = ref<{ busy: boolean, failure: string | null }>({ busy: false, failure: null })
  const visibility = useDocumentVisibility()
  /** Told while it was being asked: that answer may have come too early. */
  let queued = false

  watch(first.data, () => {
    again.value.failure = null
  })

  async function ask(): Promise<void> {
    if (first.status.value === 'pending') return
    if (again.value.busy) {
      queued = true
      return
    }
    again.value.busy = true
    try {
      first.data.value = await fetchAnswer()
      first.error.value = undefined
      again.value = { busy: false, failure: null }
    }
    catch (error) {
      again.value = { busy: false, failure: failureMessage(error, 'Rollcall did not answer.') }
    }
    if (!queued) return
    queued = false
    await ask()
  }

  // Not before the server's markup is taken over: newer words would differ from it.
  const mounted = ref(false)
  onMounted(() => {
    mounted.value = true
  })
  const look = () => mounted.value && visibility.value === 'visible' ? ask() : undefined
  useIntervalFn(look, options.everyMs)
  watch(visibility, look)
  if (import.meta.client) useEventListener(window, 'focus', look)

  return {
    /** To be awaited by the page. */
    ready: first,
    data: computed<T | null>(() => first.data.value?.answer ?? null),
    /** Why there is no answer, or no newer one. */
    failure: computed(() => again.value.failure ?? (first.error.value ? failureMessage(first.error.value) : null)),
    busy: computed(() => again.value.busy || first.status.value === 'pending'),
    /** Asks now, or as soon as the answer that is on its way has come. */
    ask,
    /** Asks, once in two seconds at most. */
    askSoon: useThrottleFn(look, SOON_MS, true),
  }
}
