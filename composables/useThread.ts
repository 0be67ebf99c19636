import type { Post, Thread } from '~~/shared/types/post'

/** One post with what it answers and what answers it. Throws a 404 for the error page when there is no such post. */
export async function useThread(id: string) {
  const request = useRequestFetch()
  const loaded = useAsyncData(`thread:${id}`, () => request<Thread>(`/api/posts/${encodeURIComponent(id)}`))
  const { data, error, refresh } = loaded

  const post = computed(() => data.value?.post)
  const part = (name: 'ancestors' | 'replies') => computed<Post[]>({
    get: () => data.value?.[name] ?? [],
    set: (posts) => {
      if (data.value) data.value = { ...data.value, [name]: posts }
    },
  })
  const ancestors = part('ancestors')
  const replies = part('replies')
  const ofAncestors = usePostList(ancestors, 'last')
  const ofReplies = usePostList(replies, 'last')

  function patchPost(change: Partial<Post>): void {
    if (data.value) data.value = { ...data.value, post: { ...data.value.post, ...change } }
  }

  function patch(postId: string, change: Partial<Post>): void {
    if (postId === post.value?.id) patchPost(change)
    ofAncestors.patch(postId, change)
    ofReplies.patch(postId, change)
  }

  const countReplies = (difference: number) =>
    patchPost({ replyCount: Math.max(0, (post.value?.replyCount ?? 0) + difference) })

  // Last: after an await, Nuxt's composables no longer know where they are called from.
  await loaded
  if (error.value) throw pageError(error.value)

  return {
    post,
    ancestors,
    replies,
    refresh,
    patch,
    eraseAncestor: ofAncestors.erase,
    eraseReply(replyId: string) {
      ofReplies.erase(replyId)
      countReplies(-1)
    },
    async reply(body: string, by: Parameters<typeof ofReplies.publish>[1]) {
      countReplies(1)
      try {
        await ofReplies.publish(body, by, id)
      }
      catch (failure) {
        countReplies(-1)
        throw failure
      }
    },
  }
}
