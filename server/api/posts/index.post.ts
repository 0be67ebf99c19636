import { setResponseStatus } from 'h3'
import { v7 as uuidv7 } from 'uuid'
import { findPostByKey, insertPost } from '#db/queries/post-changes.ts'
import { findPost } from '#db/queries/posts.ts'
import { isPostBlocked } from '#db/queries/restrictions.ts'
import { NewPost } from '#shared/schemas/posts.ts'
import type { Post } from '#shared/types/post.ts'
import { useDb } from '#server/parts.ts'

/**
 * The author is looked up in the same statement as the write; only when that finds none is anyone asked.
 * A key that this author has used before writes nothing: the answer to the first time may have been lost.
 */
export default defineApiHandler(async (event): Promise<Post> => {
  const authorId = await limitUser(event, 'post')
  const input = await readJson(event, NewPost)
  const db = await useDb()
  const post = { id: uuidv7(), authorId, ...input, ...await resolveMentions(db, authorId, input.body) }

  if (!await insertPost(db, post)) {
    const before = input.key && await findPostByKey(db, authorId, input.key)
    if (before) {
      const sent = await findPost(db, before, authorId)
      if (!sent) throw apiError(409, 'You already posted this, and it was deleted. Change the text to post it again.')
      return sent
    }
    await requireAuthor(event)
    if (post.parentId && await isPostBlocked(db, post.parentId, authorId)) throw apiError(403, 'You cannot reply to this post.')
    if (!await insertPost(db, post)) throw post.parentId ? apiError(404, 'The post you are replying to has been deleted.') : apiError(403, 'This account can no longer post.')
  }
  const written = await findPost(db, post.id, authorId)
  if (!written) throw apiError(403, 'This account cannot post.')
  setResponseStatus(event, 201)
  return written
})
