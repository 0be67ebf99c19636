import type { PagingState } from '../shell/usePages'
import type { Post, PostPage } from '#shared/types/post'

/** As much as the API gives at once, and as far down as a list is brought up to date. */
const PAGE = { least: 20, most: 100, pages: 10 }

/**
 * A list of posts, newest first, that grows page by page: everyone's, or one author's. What is on it follows the database;
 * what is new waits until it is wanted. It outlives its page, so that coming back finds the same place, brought up to date.
 */
export function useFeed(author?: string) {
  const key = author ? `feed:${author}` : 'feed'
  const posts = useState<Post[]>(`${key}:posts`, () => [])
  const cursor = useState<string | null>(`${key}:cursor`, () => null)
  const state = useState<PagingState>(`${key}:state`, () => 'idle')
  const failure = useState<string | null>(`${key}:failure`, () => null)
  const asked = useState(`${key}:asked`, () => false)
  const request = useRequestFetch()
  const nuxtApp = useNuxtApp()
  const { learnFrom } = usePeople()

  async function fetchPage(from?: string, limit?: number) {
    const at = Date.now()
    const page = await request('/api/posts', { query: { cursor: from, limit, author } })
    learnFrom(page.posts, at)
    return page
  }

  /** The next page, or the first. Does nothing while one is on its way or when all is there. */
  async function more(): Promise<void> {
    if (state.value === 'loading' || state.value === 'done') return
    state.value = 'loading'
    failure.value = null
    try {
      const page = await fetchPage(cursor.value ?? undefined)
      posts.value = mergePosts(posts.value, page.posts)
      cursor.value = page.nextCursor
      state.value = page.nextCursor ? 'idle' : 'done'
      asked.value = true
    }
    catch (error) {
      failure.value = failureMessage(error)
      state.value = 'error'
    }
  }

  /** The newest posts, down to the last one on the list when that is within reach. */
  async function fetchLoaded() {
    const last = posts.value.findLast(post => !isDraft(post))
    const limit = Math.min(Math.max(posts.value.length, PAGE.least), PAGE.most)
    const newest: Post[] = []
    let from: string | null = null
    let reached = false
    for (let count = 0; count < PAGE.pages && !reached; count++) {
      const page: PostPage = await fetchPage(from ?? undefined, limit)
      newest.push(...page.posts)
      from = page.nextCursor
      if (!from || !last) break
      reached = page.posts.some(({ id, createdAt }) => id === last.id || createdAt < last.createdAt)
    }
    return { newest, from, reached }
  }

  /** Brings what is on the list up to date. @returns what is new, and whether it joins the list without a gap */
  async function update() {
    const known = new Set(posts.value.map(({ id }) => id))
    const { newest, from, reached } = await fetchLoaded()
    const result = reconcilePosts(posts.value, known, newest, from === null)
    posts.value = result.posts
    return { unknown: result.unknown.filter(({ id }) => isAbove(id, result.posts)), newest, from, reached }
  }

  /** Brings what is on the list up to date and puts what is new in its place. @throws when that fails */
  async function takeNew(): Promise<void> {
    place(await update())
  }

  function place({ unknown, newest, from, reached }: Awaited<ReturnType<typeof update>>): void {
    if (reached) {
      posts.value = insertPosts(posts.value, unknown)
    }
    else {
      // Too much is new to keep the old end of the list: it goes on from here.
      posts.value = insertPosts(posts.value.filter(isDraft), newest)
      cursor.value = from
      state.value = from ? 'idle' : 'done'
    }
    waiting.clear()
  }

  /** As `takeNew`, but keeps what is there when that fails. */
  async function freshen(): Promise<void> {
    // What is on the screen is older, not wrong.
    await takeNew().catch(() => {})
  }

  /** As `freshen`, for who comes back: below the top, and on a way back, what is new waits, so that nothing moves. */
  async function returnTo(): Promise<void> {
    const travelled = cameByHistory()
    try {
      const news = await update()
      if (travelled || window.scrollY > 0) waiting.add(news.unknown)
      else place(news)
    }
    catch {
      // What is on the screen is older, not wrong.
    }
  }

  const waiting = useWaiting(posts, { key, author, inRange: id => state.value === 'done' || isAbove(id, posts.value) })
  useCatchUp(async () => asked.value ? waiting.add((await update()).unknown) : more())

  const { userId } = useAuth()
  // Whose likes are shown depends on who looks.
  watch(userId, (now, before) => {
    if (before !== undefined && now !== before) void freshen()
  })

  onServerPrefetch(more)
  onMounted(() => {
    if (!asked.value) void more()
    else if (!nuxtApp.isHydrating) void returnTo()
  })

  return {
    posts,
    state: readonly(state),
    failure: readonly(failure),
    /** How many new posts wait. */
    waiting: waiting.count,
    takeNew,
    more,
    freshen,
    ...usePostList(posts, 'feed'),
  }
}
