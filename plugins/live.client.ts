import { useEventListener } from '@vueuse/core'

/** Follows what changes, from the moment the server's markup is taken over until the app ends. */
export default defineNuxtPlugin({
  name: 'live',
  setup(nuxtApp) {
    // First of all listeners: who draws a list knows the people in it already.
    const { learn } = usePeople()
    useLive({ users: ({ users }) => learn(users, Date.now()) })
    if (!('EventSource' in window)) return

    let stop = () => {}
    onNuxtReady(() => {
      stop = startLive()
    })
    // A page that is kept for the back button must hold neither a connection nor the lock.
    useEventListener(window, 'pagehide', () => stop())
    useEventListener(window, 'pageshow', ({ persisted }) => {
      if (persisted) stop = startLive()
    })
    nuxtApp.vueApp.onUnmount(() => stop())
  },
})
