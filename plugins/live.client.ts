import { useEventListener } from '@vueuse/core'

/** Listens to live changes, from hydration until the app is unmounted. */
export default defineNuxtPlugin({
  name: 'live',
  setup(nuxtApp) {
    // The first listener, so that the others already find the newest users in `usePeople`.
    const { learn } = usePeople()
    useLive({ users: ({ users }) => learn(users, Date.now()) })
    if (!('EventSource' in window)) return

    let stop = () => {}
    const { userId } = useViewer()
    onNuxtReady(() => {
      stop = startLive(userId)
    })
    // A page in the back/forward cache must hold neither a connection nor the lock.
    useEventListener(window, 'pagehide', () => stop())
    useEventListener(window, 'pageshow', ({ persisted }) => {
      if (persisted) stop = startLive(userId)
    })
    nuxtApp.vueApp.onUnmount(() => stop())
  },
})
