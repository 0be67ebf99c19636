import type { Post } from '#shared/types/post'

/** How long the Undo button is shown. The server accepts a restore for some minutes. */
const UNDO_MS = 7_000

export interface Deletable {
  takeAway(post: Post): void
  putBack(post: Post): void
}

interface Means {
  request: ReturnType<typeof useRequestFetch>
  toast: ReturnType<typeof useToast>
  /** Who is told nothing, where the post is another person's. */
  author?: string
}

/** Asks the server to delete a post that the list no longer shows, and shows an Undo button. @throws when the server refuses */
export async function sendDeletion(post: Post, list: Deletable, { request, toast, author }: Means): Promise<void> {
  const deleted = request(`/api/posts/${post.id}`, { method: 'DELETE' })
  let undone = false
  const undo = {
    'label': 'Undo',
    'color': 'neutral',
    'variant': 'outline',
    'size': 'md',
    'data-testid': 'undo-delete',
    onClick() {
      if (undone) return
      undone = true
      void bringBack()
    },
  } as const
  const notice = toast.add({
    title: 'Post deleted',
    description: author && `Deleted as an admin. ${author} won’t be notified.`,
    color: 'neutral',
    orientation: 'horizontal',
    duration: UNDO_MS,
    actions: [undo],
  })

  async function bringBack(): Promise<void> {
    toast.remove(notice.id)
    list.putBack(post)
    void focusPost(post.id)
    try {
      await deleted
    }
    catch {
      // The deletion failed, and who asked for it has put the post back.
      return
    }
    try {
      const restored = await request(`/api/posts/${post.id}/restore`, { method: 'POST' })
      list.putBack(restored)
    }
    catch (error) {
      list.takeAway(post)
      toast.add({ title: 'Couldn’t restore the post', description: failureMessage(error), color: 'error' })
    }
  }

  await deleted.catch((error) => {
    toast.remove(notice.id)
    throw error
  })
}

async function focusPost(id: string): Promise<void> {
  await nextTick()
  document.querySelector<HTMLElement>(`[data-post-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
}
