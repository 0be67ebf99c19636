import { useDocumentVisibility, useMediaQuery, watchThrottled } from '@vueuse/core'
import type { Member } from '#shared/types/user'

const ASK_AT_MOST_EVERY_MS = 2_000
const SPREAD_MS = 1_000

/**
 * The users who joined last, newest first, without whom the viewer muted or blocked, and who blocked them; empty until fetched.
 * A new one comes by message; the server is asked again when one of the list was hidden, when the viewer mutes, blocks or undoes
 * that, and when messages were missed. Fetched only while the page is visible and wide enough to show them (`xl`).
 */
export function useNewcomers() {
  const newcomers = useState<Member[]>('newcomers', () => [])
  const isWide = useMediaQuery('(min-width: 80rem)')
  const visibility = useDocumentVisibility()
  const { learn } = usePeople()
  const { hidden } = useViewer()
  const wanted = ref(1)
  const isShown = computed(() => isWide.value && visibility.value === 'visible')
  let answered = 0
  const later = useLater(ask)

  async function ask() {
    const question = wanted.value
    const at = Date.now()
    try {
      const { users } = await $fetch('/api/users/recent', answered > 0 ? afterNotice : {})
      learn(users, at)
      newcomers.value = users
      answered = question
    }
    catch {
      // The next change asks again.
    }
  }

  useLive({
    users: ({ users, hiddenIds }) => {
      if (hiddenIds.some(id => newcomers.value.some(known => known.id === id))) wanted.value++
      if (answered > 0) newcomers.value = withNewcomers(newcomers.value, users, [...hiddenIds, ...Object.keys(hidden.value)])
    },
    catchUp: () => {
      wanted.value++
    },
  })

  // Who is hidden leaves at once; who stands in their place, or is shown again, comes with the answer.
  watch(() => Object.keys(hidden.value).sort().join(), () => {
    newcomers.value = withNewcomers(newcomers.value, [], Object.keys(hidden.value))
    wanted.value++
  })

  onMounted(() => {
    watchThrottled([wanted, isShown], () => {
      if (!isShown.value || answered === wanted.value) return
      // The first request goes at once. Later ones follow a message that every open page gets at the same moment.
      if (answered === 0) later.run()
      else later.plan(0, SPREAD_MS)
    }, { immediate: true, throttle: ASK_AT_MOST_EVERY_MS, leading: true, trailing: true })
  })

  return newcomers
}
