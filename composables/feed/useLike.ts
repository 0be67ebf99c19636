import type { Post } from '#shared/types/post'

export type LikeCounts = Pick<Post, 'likeCount' | 'likedByMe'>

/**
 * Likes and unlikes a post. `change` shows it at once, and takes it back when the server refuses.
 * Clicks are ignored while a request is under way.
 */
export function useLike(post: () => Post, change: (counts: LikeCounts) => void) {
  const request = useRequestFetch()
  const toast = useToast()
  const busy = ref(false)

  async function toggle(): Promise<void> {
    if (busy.value) return
    busy.value = true
    const { id, likeCount, likedByMe } = post()
    change({ likedByMe: !likedByMe, likeCount: Math.max(0, likeCount + (likedByMe ? -1 : 1)) })
    try {
      const counts = await request(`/api/posts/${id}/like`, { method: likedByMe ? 'DELETE' : 'PUT' })
      change(counts)
    }
    catch (error) {
      change({ likeCount, likedByMe })
      toast.add({ title: 'Couldn’t save your like', description: failureMessage(error), color: 'error' })
    }
    finally {
      busy.value = false
    }
  }

  return { toggle, busy: readonly(busy) }
}
