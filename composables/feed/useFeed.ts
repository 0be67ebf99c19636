import type { Loaded, Page } from '../shell/usePaginator'
import type { Post, PostKind } from '#shared/types/post'

/** How many posts are fetched again at once, at least and at most. The API gives 100 rows at most. */
const AGAIN = { least: 20, most: 100 }

/** The newest posts as the server has them, and which of them are not on the list yet. */
interface Update {
  newest: Page<Post>
  unknown: Post[]
  /** Whether the new posts join the list without a gap. */
  joins: boolean
}

export type Feed = ReturnType<typeof useFeed>

/**
 * A list of posts, newest first, that grows page by page: everyone's, or one author's posts or replies. Changes to its posts show at once; new
 * posts wait until the reader asks for them. The list is kept when its page is left, so that the reader finds the same place again.
 */
export function useFeed(author?: string, kind?: PostKind) {
  const key = author ? `feed:${author}:${kind}` : 'feed'
  const loaded = useState<Loaded<Post>>(key, () => ({ items: [] }))
  const isLoaded = () => loaded.value.nextCursor !== undefined
  const request = useRequestFetch()
  const nuxtApp = useNuxtApp()
  const { learnFrom } = usePeople()

  const { items: posts, state, failure, more, fetchAgain, replace } = usePaginator<Post>({
    loaded,
    failure: useState<string | null>(`${key}:failure`, () => null),
    fetchPage: async (cursor, limit, cache) => {
      const askedAt = Date.now()
      const page = await request('/api/posts', { query: { cursor, limit, author, kind }, cache })
      learnFrom(page.posts, askedAt)
      return { items: page.posts, nextCursor: page.nextCursor }
    },
    merge: mergePosts,
  })

  /** Brings the posts on the list up to date, and finds those that are new. @throws when that fails */
  async function update(): Promise<Update> {
    const known = new Set(posts.value.map(({ id }) => id))
    const last = posts.value.findLast(post => !isDraft(post))
    const isReached = (newest: Post[]) => last !== undefined && newest.some(({ id, createdAt }) => id === last.id || createdAt < last.createdAt)
    const limit = Math.min(Math.max(posts.value.length, AGAIN.least), AGAIN.most)
    const newest = await fetchAgain(found => !last || isReached(found), { limit })
    const isAll = newest.nextCursor === null
    const result = reconcilePosts(posts.value, known, newest.items, isAll)
    posts.value = result.posts
    return {
      newest,
      unknown: result.unknown.filter(({ id }) => isAbove(id, result.posts)),
      joins: !isAll && isReached(newest.items),
    }
  }

  /** Puts the new posts on the list. */
  function place({ newest, unknown, joins }: Update): void {
    if (joins) posts.value = insertPosts(posts.value, unknown)
    // Either `newest` holds every post, or there are so many new ones that a gap would be left above the old ones.
    else replace({ items: insertPosts(posts.value.filter(isDraft), newest.items), nextCursor: newest.nextCursor })
    waiting.clear()
  }

  /** Brings the list up to date, with the new posts on it. @throws when that fails */
  async function takeNew(): Promise<void> {
    place(await update())
  }

  /** For a reader who comes back. New posts wait if they came by the browser's back button, or are not at the top: nothing they read may move. */
  async function returnTo(): Promise<void> {
    const cameBack = cameByHistory()
    const found = await update()
    if (cameBack || window.scrollY > 0) waiting.add(found.unknown)
    else place(found)
  }

  /** Runs an update whose failure nobody needs to hear of: the list stays as it is. */
  const orKeep = (task: Promise<void>) => void task.catch(() => {})

  const waiting = useWaiting(posts, { key, author, kind, inRange: id => state.value === 'done' || isAbove(id, posts.value) })
  useCatchUp(async () => isLoaded() ? waiting.add((await update()).unknown) : more())

  const { hidden } = useViewer()
  // The viewer asked for the posts of who is shown again.
  watch(hidden, (now, before) => {
    if (Object.keys(before).some(id => !(id in now))) orKeep(takeNew())
  })

  const { userId } = useAuth()
  // `likedByMe` depends on the viewer.
  watch(userId, (now, before) => {
    if (before !== undefined && now !== before) orKeep(takeNew())
  })

  onServerPrefetch(more)
  onMounted(() => {
    if (!isLoaded()) void more()
    else if (!nuxtApp.isHydrating) orKeep(returnTo())
  })

  return {
    // Someone's profile shows what they wrote also to who muted them.
    posts: author ? posts : computed(() => posts.value.filter(post => !(post.author.id in hidden.value))),
    state,
    failure,
    /** How many new posts wait. */
    waiting: waiting.count,
    takeNew,
    more,
    ...usePostList(posts, 'feed'),
  }
}
