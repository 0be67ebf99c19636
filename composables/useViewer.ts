import { useDocumentVisibility } from '@vueuse/core'
import type { Me, PublicUser } from '~~/shared/types/user'

/** Who is looking. `loading` lasts from a sign-in to the first answer about it. */
export type Viewer = { status: 'signed-out' } | { status: 'loading', userId: string } | Me

/**
 * Who is looking, and what they may do.
 * `author` is how their posts are signed: known before their row is, since a first post need not wait for it.
 */
export function useViewer() {
  const viewer = useViewerState()
  const { sessionClaims } = useAuth()
  const { user: clerkUser } = useUser()

  const author = computed<PublicUser | null>(() => {
    const me = viewer.value
    if (me.status === 'here') return me.banned ? null : me.user
    if (me.status !== 'pending') return null
    const account = clerkUser.value
    return {
      id: me.userId,
      name: account?.fullName ?? account?.username ?? 'You',
      username: account?.username ?? null,
      imageUrl: account?.hasImage ? account.imageUrl : null,
      status: 'pending',
    }
  })

  return {
    viewer,
    author,
    userId: computed(() => viewer.value.status === 'signed-out' ? null : viewer.value.userId),
    isAdmin: computed(() => viewer.value.status !== 'signed-out' && isAdminClaims(sessionClaims.value)),
    /** Asks again, now. */
    refresh: viewerRefresh(),
  }
}

function useViewerState() {
  return useState<Viewer>('viewer', () => ({ status: 'signed-out' }))
}

/** Called where Nuxt's composables work; what it returns works anywhere. */
function viewerRefresh() {
  const viewer = useViewerState()
  const { userId } = useAuth()
  const request = useRequestFetch()

  return async () => {
    try {
      viewer.value = await request<Me>('/api/me')
    }
    catch (error) {
      // Just after a sign-in the cookie may lag behind: then it is asked again.
      if (failureStatus(error) === 401 && !userId.value) viewer.value = { status: 'signed-out' }
    }
  }
}

/**
 * Starts following who is signed in; called once, by the plugin. The server asks before it renders,
 * the browser when the account changes and, while `pending` or unanswered, again and again.
 */
export async function startViewer(): Promise<void> {
  const { userId } = useAuth()
  const viewer = useViewerState()
  const refresh = viewerRefresh()

  if (import.meta.server) {
    if (!userId.value) return
    viewer.value = { status: 'loading', userId: userId.value }
    await refresh()
    return
  }

  // Only once the server's markup is taken over, or the two would differ.
  onNuxtReady(() => {
    watch(userId, (id) => {
      if (id === undefined) return
      const known = viewer.value.status === 'signed-out' ? null : viewer.value.userId
      if (id === known) return
      viewer.value = id === null ? { status: 'signed-out' } : { status: 'loading', userId: id }
      if (id !== null) void refresh()
    }, { immediate: true })

    askWhileUnsettled(viewer, refresh)
  })
}

const FIRST_WAIT = { loading: 250, pending: 1_000 }
const LONGEST_WAIT = 30_000

/** Asks again after 1 s, 2 s, 4 s … (sooner when there was no answer at all) while the answer is not final and the page is looked at. */
function askWhileUnsettled(viewer: ReturnType<typeof useViewerState>, ask: () => Promise<void>): void {
  const visibility = useDocumentVisibility()
  const unsettled = computed(() => visibility.value === 'visible' && ['loading', 'pending'].includes(viewer.value.status))

  watch(unsettled, (value, _, onCleanup) => {
    if (!value) return
    let timer: ReturnType<typeof setTimeout>
    const later = (wait: number) => {
      timer = setTimeout(async () => {
        await ask()
        if (unsettled.value) later(Math.min(wait * 2, LONGEST_WAIT))
      }, wait)
    }
    later(viewer.value.status === 'loading' ? FIRST_WAIT.loading : FIRST_WAIT.pending)
    onCleanup(() => clearTimeout(timer))
  }, { immediate: true })
}
