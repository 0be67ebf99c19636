import { setResponseStatus } from 'h3'
import { v7 as uuidv7 } from 'uuid'
import { findPost, insertPost } from '../../../db/queries/posts.ts'
import { NewPost } from '../../../shared/schemas/posts.ts'
import type { Post } from '../../../shared/types/post.ts'

/** The author is looked up in the same statement as the write; only when that finds none is anyone asked. */
export default defineApiHandler(async (event): Promise<Post> => {
  const authorId = requireUser(event)
  const input = await readJson(event, NewPost)
  const db = await useDb()
  const post = { id: uuidv7(), authorId, ...input, ...await resolveMentions(db, input.body) }

  if (!await insertPost(db, post)) {
    await requireAuthor(event)
    if (!await insertPost(db, post)) throw post.parentId ? apiError(404, 'The post you answer is not there any more.') : apiError(403, 'This account cannot write here any more.')
  }
  const written = await findPost(db, post.id, authorId)
  if (!written) throw apiError(403, 'This account cannot write here.')
  setResponseStatus(event, 201)
  return written
})
