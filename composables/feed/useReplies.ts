import type { Post, Thread } from '#shared/types/post'

/** The replies of a thread, oldest first, page by page. The first page comes with the thread. */
export function useReplies(id: string, thread: Ref<Thread | undefined>) {
  const request = useRequestFetch()
  const { learnFrom } = usePeople()

  const { items: replies, state, failure, more, follow, fetchAgain } = usePaginator<Post>({
    loaded: computed({
      get: () => thread.value ? { items: thread.value.replies, nextCursor: thread.value.repliesCursor } : { items: [], nextCursor: null },
      set: ({ items, nextCursor = null }) => {
        if (thread.value) thread.value = { ...thread.value, replies: items, repliesCursor: nextCursor }
      },
    }),
    fetchPage: async (cursor, limit, cache) => {
      const askedAt = Date.now()
      const { posts, nextCursor } = await request(`/api/posts/${encodeURIComponent(id)}/replies`, { query: { cursor, limit }, cache })
      learnFrom(posts, askedAt)
      return { items: posts, nextCursor }
    },
    merge: (before, page) => insertPosts(before, page, 'replies'),
  })

  /** Fetches the replies again, as far down as they are loaded here. @param now the thread as the server has just answered */
  async function fetchDownTo(now: Thread): Promise<Thread> {
    const hadAll = thread.value?.repliesCursor === null
    const last = replies.value.findLast(reply => !isDraft(reply))
    const isEnough = (posts: Post[]) => !hadAll && (last === undefined || (posts.at(-1)?.createdAt ?? '') >= last.createdAt)
    const { items, nextCursor } = await fetchAgain(isEnough, { head: { items: now.replies, nextCursor: now.repliesCursor } })
    return { ...now, replies: items, repliesCursor: nextCursor }
  }

  return { replies, state, failure, more, follow, fetchDownTo }
}
