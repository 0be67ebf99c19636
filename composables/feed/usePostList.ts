import type { Post } from '#shared/types/post'
import type { PublicUser } from '#shared/types/user'
import type { Written } from './useComposer'

/**
 * What can happen to the posts of a list: one is published, changed, liked, deleted or restored, here or by someone else.
 * @param kind a feed has its newest post first, replies have it last
 * @param counted called when the viewer deletes or restores a post, with the difference
 */
export function usePostList(posts: Ref<Post[]>, kind: 'feed' | 'replies', counted: (difference: 1 | -1) => void = () => {}) {
  const request = useRequestFetch()
  const renewed = useRenewal()
  const { learnFrom } = usePeople()
  const whenGone: WhenGone = kind === 'feed' ? 'leaves' : 'keeps-place'

  function patch(id: string, change: Partial<Post>): void {
    posts.value = posts.value.map(post => post.id === id ? { ...post, ...change } : post)
  }

  const isShown = (id: string) => posts.value.some(post => post.id === id && post.body !== null)
  const { remove } = useDeletion({
    takeAway({ id }) {
      const before = isShown(id)
      posts.value = erasePost(posts.value, id, whenGone)
      if (before) counted(-1)
    },
    putBack(post) {
      const before = isShown(post.id)
      posts.value = insertPosts(posts.value, [post], kind)
      if (!before) counted(1)
    },
  })

  useLive({
    posts: (changes) => {
      posts.value = applyChanges(posts.value, changes, whenGone)
    },
    users: ({ hiddenIds }) => {
      posts.value = hideAuthors(posts.value, hiddenIds, whenGone)
    },
  })

  const send = ({ body, key }: Written, parentId: string | null) => request('/api/posts', { method: 'POST', body: { body, key, parentId } })

  /** Shows a post at once and sends it. @throws when the server refuses it; it is then off the list again */
  async function publish(written: Written, by: PublicUser, parentId: string | null = null): Promise<Post> {
    const draft = draftPost(written, by, parentId)
    posts.value = kind === 'feed' ? [draft, ...posts.value] : [...posts.value, draft]
    try {
      const asked = Date.now()
      const post = await renewed(() => send(written, parentId))
      learnFrom([post], asked)
      settleDraft(draft, post)
      // The stream may have brought the same post before this answer.
      posts.value = posts.value.filter(({ id }) => id !== post.id).map(other => other.id === draft.id ? post : other)
      return post
    }
    catch (error) {
      posts.value = posts.value.filter(({ id }) => id !== draft.id)
      throw error
    }
  }

  return { patch, remove, publish }
}
