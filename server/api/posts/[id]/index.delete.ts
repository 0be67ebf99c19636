import { setResponseStatus } from 'h3'
import { deletePost, findPostAuthor } from '#db/queries/post-changes.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { useDb } from '#server/parts.ts'

/** One's own post, or any for an admin. Doing it twice is no error. */
export default defineApiHandler(async (event) => {
  const viewer = await limitUser(event, 'change')
  const { id } = readParams(event, PostParams)
  const db = await useDb()
  const post = await findPostAuthor(db, id)
  if (!post) throw apiError(404, 'There is no such post.')
  if (post.authorId !== viewer && !isAdmin(event)) throw apiError(403, 'You can only delete your own posts.')
  await deletePost(db, id, viewer)
  setResponseStatus(event, 204)
  return null
})
