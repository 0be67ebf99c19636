import type { Post } from '#shared/types/post'
import type { Deletable } from './deletion'

/**
 * Deletes a post without asking and shows an Undo button. When the server refuses, the post is put back in its place.
 * The Undo button stays when the reader goes to another page. Most readers delete nothing, so what it takes is loaded then.
 */
export function useDeletion(list: Deletable) {
  const request = useRequestFetch()
  const toast = useToast()
  const { userId } = useViewer()
  const { current } = usePeople()

  async function remove(post: Post): Promise<void> {
    list.takeAway(post)
    try {
      const { sendDeletion } = await import('./deletion')
      await sendDeletion(post, list, { request, toast, author: post.author.id === userId.value ? undefined : current(post.author).name })
    }
    catch (error) {
      list.putBack(post)
      toast.add({ title: 'Couldn’t delete the post', description: failureMessage(error), color: 'error' })
    }
  }

  return { remove }
}
