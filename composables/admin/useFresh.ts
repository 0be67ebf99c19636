import type { WatchSource } from 'vue'
import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'

/** Events often come in bursts, and every open page hears of them: each asks once, within this time. */
const SOON_MS = 2_000

/**
 * Data that stays fresh while someone looks at it: it is asked for again at an interval, when the page is looked at
 * again, and on demand. The old answer stays until a new one has come.
 * @param key names the first answer in the payload
 * @param options.everyMs the interval, which may depend on the last answer; it pauses while the page is hidden
 * @param options.about when this changes, the data is asked for anew
 */
export function useFresh<T>(key: string, fetch: () => Promise<T>, options: { everyMs: (answer: T | null) => number, about?: WatchSource }) {
  const renewed = useRenewal()
  const fetchAnswer = async () => ({ answer: await renewed(fetch) })
  const first = useAsyncData(key, fetchAnswer, { watch: options.about ? [options.about] : [] })
  const again = ref<{ busy: boolean, failure: string | null }>({ busy: false, failure: null })
  const data = computed<T | null>(() => first.data.value?.answer ?? null)
  const visibility = useDocumentVisibility()
  let onItsWay: Promise<void> | null = null
  let afterThat: Promise<void> | null = null

  watch(first.data, () => {
    again.value.failure = null
  })

  async function fetchAgain(): Promise<void> {
    again.value.busy = true
    try {
      first.data.value = await fetchAnswer()
      first.error.value = undefined
      again.value = { busy: false, failure: null }
    }
    catch (error) {
      again.value = { busy: false, failure: failureMessage(error, 'Rollcall did not answer.') }
    }
    onItsWay = afterThat
    afterThat = null
  }

  /** @returns when an answer that was asked for after this call has come, or has failed */
  function ask(): Promise<void> {
    if (first.status.value === 'pending') return first.then(() => {})
    if (!onItsWay) return onItsWay = fetchAgain()
    return afterThat ??= onItsWay.then(fetchAgain)
  }

  // Not before hydration: a newer answer would differ from the server's markup.
  const mounted = ref(false)
  onMounted(() => {
    mounted.value = true
  })
  const look = () => mounted.value && visibility.value === 'visible' ? ask() : undefined
  const soon = useLater(look)
  useIntervalFn(look, () => options.everyMs(data.value))
  watch(visibility, look)
  if (import.meta.client) useEventListener(window, 'focus', look)

  return {
    /** To be awaited by the page. */
    ready: first,
    data,
    /** Why there is no answer, or no newer one. */
    failure: computed(() => again.value.failure ?? (first.error.value ? failureMessage(first.error.value) : null)),
    busy: computed(() => again.value.busy || first.status.value === 'pending'),
    ask,
    /** Asks once, within two seconds. */
    askSoon: () => soon.plan(0, SOON_MS),
  }
}
