import { useDocumentVisibility, useMediaQuery, watchThrottled } from '@vueuse/core'
import type { Member } from '#shared/types/user'

/** A user whom this list does not have may be new, or an old member who changed. Only the server knows, and it is asked this often at most. */
const ASK_AT_MOST_EVERY_MS = 2_000
const SPREAD_MS = 1_000

/** The users who joined last, newest first; empty until fetched. Fetched only while the page is visible and wide enough to show them (`xl`). */
export function useNewcomers() {
  const newcomers = useState<Member[]>('newcomers', () => [])
  const isWide = useMediaQuery('(min-width: 80rem)')
  const visibility = useDocumentVisibility()
  const { learn } = usePeople()
  const wanted = ref(1)
  const isShown = computed(() => isWide.value && visibility.value === 'visible')
  let answered = 0
  const later = useLater(ask)

  async function ask() {
    const question = wanted.value
    const at = Date.now()
    try {
      const { users } = await $fetch('/api/users/recent')
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
      const known = new Set(newcomers.value.map(({ id }) => id))
      newcomers.value = newcomers.value.filter(({ id }) => !hiddenIds.includes(id))
      if (users.some(({ id, status }) => status === 'here' && !known.has(id)) || hiddenIds.some(id => known.has(id))) wanted.value++
    },
    catchUp: () => {
      wanted.value++
    },
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
