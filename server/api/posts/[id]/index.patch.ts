import { editPost, findPostAuthor } from '#db/queries/post-changes.ts'
import { findPost } from '#db/queries/posts.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { PostEdit } from '#shared/schemas/posts.ts'
import type { Post } from '#shared/types/post.ts'
import { EDIT_MINUTES } from '#shared/types/post.ts'
import { useDb } from '#server/parts.ts'

/**
 * One's own post, for some minutes. An edit of a version that is not the newest is 409, with the newest one's `editedAt`; the same
 * words once more are no error, since the answer to the first time may have been lost.
 */
export default defineApiHandler(async (event): Promise<Post> => {
  const viewer = await limitUser(event, 'change')
  const { id } = readParams(event, PostParams)
  const { body, editedAt } = await readJson(event, PostEdit)
  const db = await useDb()
  const edit = { ...await resolveMentions(db, viewer, body), editedAt }

  if (!await editPost(db, id, viewer, edit)) {
    const post = await findPostAuthor(db, id)
    if (!post) throw apiError(404, 'There is no such post.')
    if (post.authorId !== viewer) throw apiError(403, 'You can only edit your own posts.')
    await requireAuthor(event)
    if (post.deletedAt) throw apiError(404, 'This post was deleted, so it can no longer be edited.')
    if (post.hiddenAt) throw apiError(403, 'An admin hid this post, so it cannot be edited.')
    const isSaved = post.editedAt !== editedAt && post.body === edit.body
    if (!post.editable && !isSaved) throw apiError(403, `A post can be edited for ${EDIT_MINUTES} minutes. This one is older.`)
    if (!isSaved) throw apiError(409, 'You edited this post somewhere else in the meantime. Save again to put this text in its place.', { editedAt: post.editedAt })
  }
  const edited = await findPost(db, id, viewer)
  if (!edited) throw apiError(404, 'This post has been deleted.')
  return edited
})
