import type { Loaded, Page } from '../shell/usePaginator'
import type { Post } from '#shared/types/post'

/** How many posts are fetched again at once, at least and at most. The API gives 100 rows at most. */
const AGAIN = { least: 20, most: 100 }

/** The newest posts as the server has them, and which of them are not on the list yet. */
interface Update {
  newest: Page<Post>
  unknown: Post[]
  /** Whether what is new joins the list without a gap. */
  joins: boolean
}

export type Feed = ReturnType<typeof useFeed>

/**
 * A list of posts, newest first, that grows page by page: everyone's, or one author's. What is on it follows the database;
 * new posts wait until the reader asks for them. The list outlives its page, so that coming back finds the same place, up to date.
 */
export function useFeed(author?: string) {
  const key = author ? `feed:${author}` : 'feed'
  const loaded = useState<Loaded<Post>>(key, () => ({ items: [] }))
  const isLoaded = () => loaded.value.nextCursor !== undefined
  const request = useRequestFetch()
  const nuxtApp = useNuxtApp()
  const { learnFrom } = usePeople()

  const { items: posts, state, failure, more, fetchAgain, replace } = usePaginator<Post>({
    loaded,
    failure: useState<string | null>(`${key}:failure`, () => null),
    fetchPage: async (cursor, limit) => {
      const askedAt = Date.now()
      const page = await request('/api/posts', { query: { cursor, limit, author } })
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

  /** Puts what is new in its place. */
  function place({ newest, unknown, joins }: Update): void {
    if (joins) posts.value = insertPosts(posts.value, unknown)
    // All is here, or so much is new that the old end of the list would lie below a gap.
    else replace({ items: insertPosts(posts.value.filter(isDraft), newest.items), nextCursor: newest.nextCursor })
    waiting.clear()
  }

  /** Brings the list up to date and puts what is new in its place. @throws when that fails */
  async function takeNew(): Promise<void> {
    place(await update())
  }

  /** The same, without moving anything under the eyes of someone who comes back: below the top, or by the browser's back button, new posts wait. */
  async function returnTo(): Promise<void> {
    const cameBack = cameByHistory()
    const found = await update()
    if (cameBack || window.scrollY > 0) waiting.add(found.unknown)
    else place(found)
  }

  /** What is on the screen is older, not wrong: it stays when there is nothing newer to be had. */
  const orKeep = (task: Promise<void>) => void task.catch(() => {})

  const waiting = useWaiting(posts, { key, author, inRange: id => state.value === 'done' || isAbove(id, posts.value) })
  useCatchUp(async () => isLoaded() ? waiting.add((await update()).unknown) : more())

  const { userId } = useAuth()
  // Whether a post is liked depends on who looks.
  watch(userId, (now, before) => {
    if (before !== undefined && now !== before) orKeep(takeNew())
  })

  onServerPrefetch(more)
  onMounted(() => {
    if (!isLoaded()) void more()
    else if (!nuxtApp.isHydrating) orKeep(returnTo())
  })

  return {
    posts,
    state,
    failure,
    /** How many new posts wait. */
    waiting: waiting.count,
    takeNew,
    more,
    ...usePostList(posts, 'feed'),
  }
}
