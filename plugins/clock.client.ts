import { useIntervalFn } from '@vueuse/core'
import { CLOCK_TICK_MS } from '#shared/utils/clock'

/** Updates the clock every 30 s, and switches from UTC to the reader's time zone after hydration. */
export default defineNuxtPlugin(() => {
  const { now, timeZone } = useClock()
  const tick = () => {
    now.value = Date.now()
  }
  // Not on `app:mounted`: a page that awaits data is hydrated later than that.
  onNuxtReady(() => {
    timeZone.value = new Intl.DateTimeFormat().resolvedOptions().timeZone
    tick()
  })
  useIntervalFn(tick, CLOCK_TICK_MS)
})
