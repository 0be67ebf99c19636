import type { Me, PublicUser } from '#shared/types/user'

/** Who is looking. `loading` lasts from a sign-in to the first answer of `GET /api/me`. */
export type Viewer = { status: 'signed-out' } | { status: 'loading', userId: string } | Me

/**
 * Who is looking, and what they may do.
 * `author` is the author of the viewer's posts, null when they cannot post. A pending viewer has one already, since they may
 * post before their row has arrived.
 */
export const useViewer = perApp(() => {
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
      name: fullName(account?.firstName, account?.lastName) || account?.username || 'You',
      username: account?.username ?? null,
      imageUrl: account?.hasImage ? account.imageUrl : null,
      status: 'pending',
    }
  })

  return {
    viewer,
    author,
    /** Whose posts do not reach the viewer, by id. */
    hidden: computed(() => viewer.value.status === 'here' ? viewer.value.hidden : {}),
    userId: computed(() => viewer.value.status === 'signed-out' ? null : viewer.value.userId),
    /** From our server, not from the claims in the browser: those come late while Clerk loads, and would differ from the server's markup. */
    isAdmin: computed(() => viewer.value.status === 'here' && viewer.value.isAdmin),
    /** Notifications not seen yet, 100 at most. */
    unread: computed(() => viewer.value.status === 'here' ? viewer.value.unread : 0),
    /** Has our server ask Clerk for this user, when the webhook does not arrive. @throws when Clerk does not answer either */
    provision: async () => {
      const me = await request('/api/me/provision', { method: 'POST' })
      viewer.value = me
    },
  }
})

/** Whether hydration is over. Before that, what only Clerk's script knows would differ from the server's markup. */
const useTakenOver = () => useState('taken-over', () => false)

/** Sets how many notifications this user has not seen, when they are the viewer. */
export function setUnread(viewer: Ref<Viewer>, userId: string, unread: number): void {
  if (viewer.value.status === 'here' && viewer.value.userId === userId) viewer.value = { ...viewer.value, unread }
}

function useViewerState() {
  return useState<Viewer>('viewer', () => ({ status: 'signed-out' }))
}

/** Makes the function that asks who is looking. Call this in a setup; the function itself can be called anywhere. */
function viewerRefresh() {
  const viewer = useViewerState()
  const { userId } = useAuth()
  const request = useRequestFetch()

  return async () => {
    try {
      const me = await request('/api/me')
      viewer.value = me
    }
    catch (error) {
      // Just after a sign-in the session cookie may be missing still: `askUntilAnswered` then asks again.
      if (failureStatus(error) === 401 && !userId.value) viewer.value = { status: 'signed-out' }
    }
  }
}

/**
 * Starts to follow who is signed in; called once, by the plugin. The server asks before it renders, the browser asks when the
 * account changes. A `pending` viewer becomes `here` when the stream brings their row, without polling.
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
    notifications: ({ userId, unread }) => setUnread(viewer, userId, unread),
    catchUp: () => void (viewer.value.status === 'signed-out' || refresh()),
  })

  // Only after hydration, or the markup would differ from the server's.
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

/** Asks now, and again with backoff while there is no answer: just after a sign-in the session cookie may be missing still. */
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
