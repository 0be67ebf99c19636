import type { Me, PublicUser } from '#shared/types/user'

/** Who is looking. `loading` lasts from a sign-in to the first answer about it. */
export type Viewer = { status: 'signed-out' } | { status: 'loading', userId: string } | Me

/**
 * Who is looking, and what they may do.
 * `author` is how their posts are signed: known before their row is, since a first post need not wait for it.
 */
export function useViewer() {
  const viewer = useViewerState()
  const { user: clerkUser } = useUser()
  const takenOver = useTakenOver()
  const request = useRequestFetch()

  const author = computed<PublicUser | null>(() => {
    const me = viewer.value
    if (me.status === 'here') return me.banned ? null : me.user
    if (me.status !== 'pending') return null
    const account = takenOver.value ? clerkUser.value : null
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
    /** As our server last said: the claims in the browser come and go while Clerk loads, and would differ from the server's markup. */
    isAdmin: computed(() => viewer.value.status === 'here' && viewer.value.isAdmin),
    /** Has Clerk asked directly, for a webhook that does not come. @throws when Clerk does not answer either */
    provision: async () => {
      viewer.value = await request('/api/me/provision', { method: 'POST' })
    },
  }
}

/** Whether the browser has taken over the server's markup; what only Clerk's script knows would differ from it before. */
const useTakenOver = () => useState('taken-over', () => false)

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
      viewer.value = await request('/api/me')
    }
    catch (error) {
      // Just after a sign-in the cookie may lag behind: then it is asked again.
      if (failureStatus(error) === 401 && !userId.value) viewer.value = { status: 'signed-out' }
    }
  }
}

/**
 * Starts following who is signed in; called once, by the plugin. The server asks before it renders, the browser when the
 * account changes. From `pending` to `here` it turns when the stream names it: the webhook's news, with no polling.
 */
export async function startViewer(): Promise<void> {
  const { userId } = useAuth()
  const viewer = useViewerState()
  const takenOver = useTakenOver()
  const refresh = viewerRefresh()

  if (import.meta.server) {
    if (!userId.value) return
    viewer.value = { status: 'loading', userId: userId.value }
    await refresh()
    return
  }

  useLive({
    users: ({ users, hiddenIds }) => {
      const me = viewer.value
      const news = me.status === 'signed-out' ? undefined : users.find(({ id }) => id === me.userId)
      if (!news) return
      if (news.status === 'gone') viewer.value = { status: 'gone', userId: news.id }
      else if (me.status === 'here') viewer.value = { ...me, user: news, banned: hiddenIds.includes(news.id) }
      else void refresh()
    },
    catchUp: () => void (viewer.value.status === 'signed-out' || refresh()),
  })

  // Only once the server's markup is taken over, or the two would differ.
  onNuxtReady(() => {
    takenOver.value = true
    watch(userId, (id) => {
      if (id === undefined) return
      const known = viewer.value.status === 'signed-out' ? null : viewer.value.userId
      if (id === known) return
      viewer.value = id === null ? { status: 'signed-out' } : { status: 'loading', userId: id }
    }, { immediate: true })

    askUntilAnswered(viewer, refresh)
  })
}

const WAIT = { firstMs: 250, longestMs: 30_000 }

/** Asks now, and after 250 ms, 500 ms … while there is no answer at all: just after a sign-in the cookie may lag behind. */
function askUntilAnswered(viewer: ReturnType<typeof useViewerState>, ask: () => Promise<void>): void {
  watch(() => viewer.value.status === 'loading' && viewer.value.userId, (loading, _, onCleanup) => {
    if (!loading) return
    let attempts = 0
    let settled = false
    const later = useLater(async () => {
      await ask()
      if (!settled) later.retry(attempts++, WAIT)
    })
    onCleanup(() => {
      settled = true
      later.cancel()
    })
    later.run()
  }, { immediate: true })
}
