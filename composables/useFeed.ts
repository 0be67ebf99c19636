import type { Post, PostPage } from '~~/shared/types/post'

/** Where a list stands: waiting for the reader, fetching, at its end, or stopped by a failure. */
export type PagingState = 'idle' | 'loading' | 'done' | 'error'

/**
 * A list of posts, newest first, that grows page by page: everyone's, or one author's.
 * It outlives its page, so that coming back finds the same place; then its head is brought up to date.
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

  const fetchPage = (from?: string) =>
    request<PostPage>('/api/posts', { query: { cursor: from, author } })

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

  /** Lays the newest page over what is there; keeps what is there when that fails. */
  async function freshen(): Promise<void> {
    try {
      const page = await fetchPage()
      posts.value = mergeNewest(posts.value, page.posts)
    }
    catch {
      // What is on the screen is older, not wrong.
    }
  }

  const { userId } = useAuth()
  // Whose likes are shown depends on who looks.
  watch(userId, (now, before) => {
    if (before !== undefined && now !== before) void freshen()
  })

  onServerPrefetch(more)
  onMounted(() => {
    if (!asked.value) void more()
    else if (!nuxtApp.isHydrating) void freshen()
  })

  return {
    posts,
    state: readonly(state),
    failure: readonly(failure),
    more,
    freshen,
    ...usePostList(posts, 'first'),
  }
}
