import { listReplies } from '#db/queries/posts.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { RepliesQuery } from '#shared/schemas/posts.ts'
import type { PostPage } from '#shared/types/post.ts'

/** The replies to a post, oldest first; none for a post that is not there. */
export default defineApiHandler(async (event): Promise<PostPage> => {
  const { id } = readParams(event, PostParams)
  const { cursor, limit } = readQuery(event, RepliesQuery)
  const { posts, next } = await readPublic(event, db => listReplies(db, id, { after: cursor, limit, viewerId: viewerId(event) }))
  return { posts, nextCursor: next && encodeCursor(next) }
})
