import type { Post, PostPage, Thread } from '#shared/types/post'
import type { PagingState } from '../shell/usePages'

/** As much as the API gives at once, and as many pages as are brought up to date. */
const PAGE = { most: 100, pages: 10 }

/**
 * The replies of a thread beyond the first, page by page, oldest first.
 * @param id of the post that they answer
 * @param cursor where the next page begins; null when all replies are here
 */
export function useReplies(id: string, replies: Ref<Post[]>, cursor: Ref<string | null>) {
  const request = useRequestFetch()
  const { learnFrom } = usePeople()
  const busy = ref(false)
  const failure = ref<string | null>(null)
  const state = computed<PagingState>(() => busy.value ? 'loading' : failure.value ? 'error' : cursor.value ? 'idle' : 'done')
  /** Where the last page begins; null when that is the first one. */
  let tail: string | null = null

  async function fetchPage(from: string | null, limit?: number): Promise<PostPage> {
    const at = Date.now()
    const page = await request(`/api/posts/${encodeURIComponent(id)}/replies`, { query: { cursor: from ?? undefined, limit } })
    learnFrom(page.posts, at)
    return page
  }

  function join(page: PostPage): void {
    replies.value = insertPosts(replies.value, page.posts, 'replies')
    cursor.value = page.nextCursor
  }

  /** The next page. Does nothing while one is on its way or when all is there. */
  async function more(): Promise<void> {
    const from = cursor.value
    if (busy.value || !from) return
    busy.value = true
    failure.value = null
    try {
      join(await fetchPage(from))
      tail = from
    }
    catch (error) {
      failure.value = failureMessage(error)
    }
    finally {
      busy.value = false
    }
  }

  /** What came at the end since it was last asked for. */
  async function follow(): Promise<void> {
    join(await fetchPage(tail, PAGE.most))
  }

  /** All replies again as far as they are loaded here, from the first ones of this answer on. */
  async function fetchDownTo(thread: Thread): Promise<PostPage> {
    const last = replies.value.findLast(reply => !isDraft(reply))
    const wasAll = cursor.value === null
    let posts = thread.replies
    let from = thread.repliesCursor
    let start: string | null = null
    const isShort = () => wasAll || (last !== undefined && (posts.at(-1)?.createdAt ?? '') < last.createdAt)
    for (let count = 0; from && count < PAGE.pages && isShort(); count++) {
      const page: PostPage = await fetchPage(from, PAGE.most)
      posts = [...posts, ...page.posts]
      start = from
      from = page.nextCursor
    }
    tail = start
    return { posts, nextCursor: from }
  }

  return { state, failure: readonly(failure), more, follow, fetchDownTo }
}
