import type { Post, Thread } from '#shared/types/post'
import type { PostChange } from '#shared/types/live'
import type { PublicUser } from '#shared/types/user'
import type { Written } from './useComposer'

/** Replies that arrive within this time are fetched together. */
const GATHER_MS = 250

/**
 * One post with its ancestors and its replies, kept up to date. New replies are added at the end.
 * @throws a 404 for the error page when there is no such post
 */
export async function useThread(id: string) {
  const request = useRequestFetch()
  const { learnFrom } = usePeople()
  const { userId, hidden } = useViewer()
  const fetchThread = (options = {}) => request(`/api/posts/${encodeURIComponent(id)}`, options)
  const loaded = useAsyncData(`thread:${id}`, () => fetchThread())
  const { data, error } = loaded

  const part = (read: (thread: Thread) => Post[], write: (thread: Thread, posts: Post[]) => Thread) => computed<Post[]>({
    get: () => data.value ? read(data.value) : [],
    set: (posts) => {
      if (data.value && posts !== read(data.value)) data.value = write(data.value, posts)
    },
  })
  const ancestors = part(thread => thread.ancestors, (thread, posts) => ({ ...thread, ancestors: posts }))
  // The page stays when its post is deleted, and says so.
  const self = part(thread => [thread.post], (thread, [post]) => ({ ...thread, post: post ?? { ...thread.post, body: null } }))
  const post = computed(() => data.value?.post)
  const { replies, state, failure, more, follow, fetchDownTo } = useReplies(id, data)

  const countReplies = (difference: number) => patch(id, { replyCount: Math.max(0, (post.value?.replyCount ?? 0) + difference) })
  const ofSelf = usePostList(self, 'replies')
  const ofAncestors = usePostList(ancestors, 'replies')
  const ofReplies = usePostList(replies, 'replies', countReplies)
  const patch = (postId: string, change: Partial<Post>) => [ofSelf, ofAncestors, ofReplies].forEach(list => list.patch(postId, change))

  async function update(): Promise<void> {
    const at = Date.now()
    const known = new Set(replies.value.map(reply => reply.id))
    try {
      const thread = await fetchThread(afterNotice)
      learnFrom([thread.post, ...thread.ancestors, ...thread.replies], at)
      const now = await fetchDownTo(thread)
      const since = replies.value.filter(reply => isDraft(reply) || !known.has(reply.id))
      data.value = { ...now, replies: insertPosts(now.replies, since, 'replies') }
    }
    catch (failure) {
      if (failureStatus(failure) !== 404) throw failure
      self.value = []
      replies.value = []
    }
  }

  let whole = false
  const later = useLater(() => {
    const ask = whole ? update : follow
    whole = false
    // The stream says when to ask again.
    ask().catch(() => {})
  })
  const isNewReply = (change: PostChange) =>
    state.value === 'done' && change.parentId === id && change.shown && !(change.authorId in hidden.value) && !replies.value.some(reply => reply.id === change.id)
  /** A post is gone, or is shown again: its words, or why there are none, have to be fetched. */
  const isOther = (change: PostChange) =>
    [...self.value, ...ancestors.value, ...replies.value].some(one => one.id === change.id && one.body === null)
  useLive({
    posts: (changes) => {
      // The stream may tell of the viewer's own reply before the answer to sending it comes.
      const others = changes.filter(({ authorId }) => !(authorId === userId.value && replies.value.some(isDraft)))
      whole ||= changes.some(isOther)
      if (whole || others.some(isNewReply)) later.plan(GATHER_MS, 2 * GATHER_MS)
    },
  })
  useCatchUp(update)
  // In a thread they keep their place.
  watch(() => JSON.stringify(hidden.value), () => void update().catch(() => {}))

  // Awaited last: composables cannot be called after an await.
  await loaded
  if (error.value && !isUnanswered(error.value)) throw pageError(error.value)

  return {
    /** Asks again when nobody answered: until then there is no post. */
    again: loaded.refresh,
    post,
    ancestors,
    replies,
    /** How far the replies are loaded. */
    state,
    failure,
    more,
    patch,
    /** Deletes the post itself; the page stays, so that it can be undone. */
    remove: ofSelf.remove,
    removeAncestor: ofAncestors.remove,
    removeReply: ofReplies.remove,
    async reply(written: Written, by: PublicUser) {
      countReplies(1)
      try {
        await ofReplies.publish(written, by, id)
      }
      catch (failure) {
        countReplies(-1)
        throw failure
      }
    },
  }
}
