import { useDocumentVisibility, useMediaQuery, watchThrottled } from '@vueuse/core'
import type { Member } from '#shared/types/user'

/** A name that is new to this page may be a newcomer's or an old member's: it asks, but seldom, and not with everyone else. */
const ASK_AT_MOST_EVERY_MS = 2_000
const SPREAD_MS = 1_000

/** Who joined last, newest first; empty until known. Asked for only where there is room for it (`xl`) and someone looks. */
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
      // The next one who comes asks again.
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
      // At once for the first; later ones are told to everyone at the same moment.
      if (answered === 0) later.run()
      else later.plan(0, SPREAD_MS)
    }, { immediate: true, throttle: ASK_AT_MOST_EVERY_MS, leading: true, trailing: true })
  })

  return newcomers
}
