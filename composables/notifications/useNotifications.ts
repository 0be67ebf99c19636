import { useDocumentVisibility, watchThrottled } from '@vueuse/core'
import type { NotificationItem } from '#shared/types/notification'
import type { Loaded } from '../shell/usePaginator'

/** How many rows are fetched again at once, at least and at most. */
const AGAIN = { least: 20, most: 100 }
/** What changes within this time is fetched together. */
const GATHER_MS = 500
/** Who looks at the page while much happens marks it as seen this often. */
const SEEN_EVERY_MS = 5_000

/**
 * What the viewer is notified of, newest first, page by page. It is brought up to date when the server says that it changed.
 * New rows wait while the reader is further down, so that what is being read does not move. What is shown while the page is
 * visible is marked as seen, for all pages of this person; it stays marked as new here until they leave.
 */
export function useNotifications() {
  const { viewer, userId, unread, hidden } = useViewer()
  // By viewer, so that whoever signs in next finds nothing of the one before.
  const key = `notifications:${userId.value}`
  const loaded = useState<Loaded<NotificationItem>>(key, () => ({ items: [] }))
  const isLoaded = () => loaded.value.nextCursor !== undefined
  const request = useRequestFetch()
  const nuxtApp = useNuxtApp()
  const { learn, learnFrom } = usePeople()

  const { items, state, failure, more, fetchAgain, replace } = usePaginator<NotificationItem>({
    loaded,
    failure: useState<string | null>(`${key}:failure`, () => null),
    fetchPage: async (cursor, limit, cache) => {
      const askedAt = Date.now()
      const { notifications, nextCursor } = await request('/api/notifications', { query: { cursor, limit }, cache })
      learnFrom(notifications.map(({ post }) => post), askedAt)
      learn(notifications.flatMap(({ likers }) => likers?.people ?? []), askedAt)
      return { items: notifications, nextCursor }
    },
    merge: (before, page) => [...before, ...page.filter(({ post }) => !before.some(one => one.post.id === post.id))],
  })

  /** The list as it is now, while rows on top of it wait; null while none does. */
  const waiting = shallowRef<Required<Loaded<NotificationItem>> | null>(null)

  /** Fetches the list again, as far down as it is loaded. @throws when that fails */
  async function update(): Promise<void> {
    const last = items.value.at(-1)
    const limit = Math.min(Math.max(items.value.length, AGAIN.least), AGAIN.most)
    const now = await fetchAgain(found => !last || found.some(({ at }) => at <= last.at), { limit })
    const before = new Map(items.value.map(item => [item.post.id, item]))
    const fresh = { ...now, items: now.items.map(item => ({ ...item, isNew: item.isNew || Boolean(before.get(item.post.id)?.isNew) })) }
    const hasMore = fresh.items.some(({ post, at }) => before.get(post.id)?.at !== at)
    if (hasMore && window.scrollY > 0) waiting.value = fresh
    else place(fresh)
  }

  function place(fresh: Required<Loaded<NotificationItem>>): void {
    waiting.value = null
    replace(fresh)
  }

  const later = useLater(() => {
    // The stream says when to ask again.
    if (isLoaded()) update().catch(() => {})
  })
  const change = (how: (items: NotificationItem[]) => NotificationItem[]) => {
    items.value = how(items.value)
    if (waiting.value) waiting.value = { ...waiting.value, items: how(waiting.value.items) }
  }
  useLive({
    notifications: (message) => {
      if (message.userId === userId.value) later.plan(0, GATHER_MS)
    },
    posts: (changes) => {
      const told = new Map(changes.map(one => [one.id, one]))
      if (items.value.some(({ likers, post }) => likers && (told.get(post.id)?.likeCount ?? post.likeCount) !== post.likeCount)) later.plan(GATHER_MS, SEEN_EVERY_MS)
      change((all) => {
        const posts = new Map(applyChanges(all.map(({ post }) => post), changes, 'leaves').map(post => [post.id, post]))
        return all.flatMap((item) => {
          const post = posts.get(item.post.id)
          return post ? [{ ...item, post }] : []
        })
      })
    },
    users: ({ hiddenIds }) => hiddenIds.length > 0 && change(all => withoutPeople(all, hiddenIds)),
  })
  useCatchUp(async () => isLoaded() ? update() : more())
  // Whoever is shown again comes with the next answer, as do likes that were not looked at before.
  watch(() => JSON.stringify(hidden.value), () => later.plan(0, GATHER_MS))

  const visibility = useDocumentVisibility()
  const newest = computed(() => items.value[0]?.at)
  let seen = ''
  async function see(): Promise<void> {
    const until = newest.value
    if (visibility.value !== 'visible' || !userId.value || !until || until <= seen || (!unread.value && !items.value.some(({ isNew }) => isNew))) return
    const before = seen
    seen = until
    try {
      const answer = await request('/api/notifications/seen', { method: 'PUT', body: { until } })
      setUnread(viewer, userId.value, answer.unread)
    }
    catch {
      // It is tried again with the next change, and when the reader comes back.
      seen = before
    }
  }

  onServerPrefetch(more)
  onMounted(() => {
    if (!isLoaded()) void more()
    else if (!nuxtApp.isHydrating) update().catch(() => {})
    watchThrottled([visibility, newest, unread], see, { immediate: true, throttle: SEEN_EVERY_MS, leading: true, trailing: true })
  })
  onBeforeUnmount(() => {
    items.value = items.value.map(item => ({ ...item, isNew: false }))
  })

  return {
    items: computed(() => withoutPeople(items.value, Object.keys(hidden.value))),
    state,
    failure,
    more,
    /** How many rows wait on top. */
    waiting: computed(() => waiting.value?.items.filter(({ post, at }) => !items.value.some(one => one.post.id === post.id && one.at === at)).length ?? 0),
    /** Puts them on the list. */
    takeNew: async () => {
      if (waiting.value) place(waiting.value)
    },
  }
}
