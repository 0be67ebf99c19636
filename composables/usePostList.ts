import type { Post } from '~~/shared/types/post'
import type { PublicUser } from '~~/shared/types/user'

/** What can happen to a list of posts, wherever it is shown; a new one comes `first` (a feed) or `last` (replies). */
export function usePostList(posts: Ref<Post[]>, newOne: 'first' | 'last') {
  const request = useRequestFetch()

  function patch(id: string, change: Partial<Post>): void {
    posts.value = posts.value.map(post => post.id === id ? { ...post, ...change } : post)
  }

  /** Takes a deleted post away; one with replies keeps its place, without its words. */
  function erase(id: string): void {
    posts.value = posts.value.flatMap(post => post.id !== id ? [post] : post.replyCount > 0 ? [{ ...post, body: null }] : [])
  }

  /** Shows a post at once and sends it. When it is refused it goes away again, and the caller gets the error. */
  async function publish(body: string, by: PublicUser, parentId: string | null = null): Promise<Post> {
    const draft = draftPost(body, by, parentId)
    posts.value = newOne === 'first' ? [draft, ...posts.value] : [...posts.value, draft]
    try {
      const post = await request<Post>('/api/posts', { method: 'POST', body: { body, parentId } })
      // The same post may have come by another way while we waited.
      posts.value = posts.value.filter(({ id }) => id !== post.id).map(other => other.id === draft.id ? post : other)
      return post
    }
    catch (error) {
      posts.value = posts.value.filter(({ id }) => id !== draft.id)
      throw error
    }
  }

  return { patch, erase, publish }
}
