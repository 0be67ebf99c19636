import { findPostAuthor, restorePost, RESTORE_MINUTES } from '#db/queries/post-changes.ts'
import { findPost } from '#db/queries/posts.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import type { Post } from '#shared/types/post.ts'
import { useDb } from '#server/parts.ts'

/** Undoes a deletion: for who deleted it, for some minutes. Doing it twice is no error. */
export default defineApiHandler(async (event): Promise<Post> => {
  const viewer = await limitUser(event, 'change')
  const { id } = readParams(event, PostParams)
  const db = await useDb()
  if (!await restorePost(db, id, viewer)) {
    const post = await findPostAuthor(db, id)
    if (!post) throw apiError(404, 'There is no such post.')
    if (post.deletedAt) throw apiError(403, reason(post.deletedBy, viewer))
    if (post.authorId !== viewer && !isAdmin(event)) throw apiError(403, 'You can only restore your own posts.')
  }
  const restored = await findPost(db, id, viewer)
  if (!restored) throw apiError(404, 'This post has been deleted.')
  return restored
})

function reason(deletedBy: string | null, viewer: string): string {
  return deletedBy === viewer
    ? `A post can be brought back for ${RESTORE_MINUTES} minutes, while its author is here. Write it again instead.`
    : 'Only who deleted a post can bring it back. Ask an admin if it went by mistake.'
}
