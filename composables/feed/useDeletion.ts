import type { Post } from '#shared/types/post'

/** How long the Undo button is shown. The server accepts a restore for some minutes. */
const UNDO_MS = 7_000

/**
 * Deletes a post without asking and shows an Undo button. When the server refuses, the post is put back in its place.
 * The Undo button stays when the reader goes to another page.
 */
export function useDeletion(list: { takeAway(post: Post): void, putBack(post: Post): void }) {
  const request = useRequestFetch()
  const toast = useToast()
  const { userId } = useViewer()
  const { current } = usePeople()

  async function remove(post: Post): Promise<void> {
    list.takeAway(post)
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
        void bringBack(post, deleted, notice.id)
      },
    } as const
    const notice = toast.add({
      title: 'Post deleted',
      description: post.author.id === userId.value ? undefined : `Deleted as an admin. ${current(post.author).name} won’t be notified.`,
      color: 'neutral',
      orientation: 'horizontal',
      duration: UNDO_MS,
      actions: [undo],
    })
    try {
      await deleted
    }
    catch (error) {
      toast.remove(notice.id)
      list.putBack(post)
      toast.add({ title: 'Couldn’t delete the post', description: failureMessage(error), color: 'error' })
    }
  }

  async function bringBack(post: Post, deleted: Promise<unknown>, notice: string | number): Promise<void> {
    toast.remove(notice)
    list.putBack(post)
    void focusPost(post.id)
    try {
      await deleted
    }
    catch {
      // The deletion failed, and `remove` has put the post back.
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

  return { remove }
}

async function focusPost(id: string): Promise<void> {
  await nextTick()
  document.querySelector<HTMLElement>(`[data-post-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
}
