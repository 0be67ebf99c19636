import { useIntervalFn } from '@vueuse/core'

const TICK = 30_000

/** Lets relative times grow old, and turns UTC into the reader's own zone, once the server's markup is taken over. */
export default defineNuxtPlugin(() => {
  const { now, timeZone } = useClock()
  const tick = () => {
    now.value = Date.now()
  }
  // Not when the app is mounted: pages that wait for data are taken over later than that.
  onNuxtReady(() => {
    timeZone.value = new Intl.DateTimeFormat().resolvedOptions().timeZone
    tick()
  })
  useIntervalFn(tick, TICK)
})
