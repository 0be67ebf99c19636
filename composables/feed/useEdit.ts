import * as v from 'valibot'
import type { Post } from '#shared/types/post'
import type { Written } from './useComposer'

/** An answer 409: the post was edited somewhere else, then. */
const Conflict = v.object({ data: v.object({ data: v.object({ editedAt: v.nullable(v.string()) }) }) })

/**
 * Saves other words for a post. `change` shows them at once, and takes them back when the server refuses. After a conflict the
 * next try is for the version that was in the way.
 */
export function useEdit(post: () => Post, change: (change: Partial<Post>) => void) {
  const request = useRequestFetch()
  const renewed = useRenewal()
  let version = post().editedAt
  const save = (body: string) => request(`/api/posts/${post().id}`, { method: 'PATCH', body: { body, editedAt: version } })

  return async ({ body, mentions }: Written): Promise<void> => {
    const { body: bodyBefore, mentions: mentionsBefore, editedAt: editedBefore } = post()
    const editedAt = new Date().toISOString()
    change({ body, mentions, editedAt })
    try {
      const saved = await renewed(() => save(body))
      change(saved)
    }
    catch (error) {
      // Not when a live message has brought another version meanwhile.
      if (post().editedAt === editedAt) change({ body: bodyBefore, mentions: mentionsBefore, editedAt: editedBefore })
      const conflict = v.safeParse(Conflict, error)
      if (conflict.success) version = conflict.output.data.data.editedAt
      throw error
    }
  }
}
