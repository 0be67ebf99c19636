import type { Database } from '#db/client.ts'
import { findPost, listAncestors, listReplies } from '#db/queries/posts.ts'
import { PostParams } from '#shared/schemas/ids.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { Thread } from '#shared/types/post.ts'

/** Replies that come with their post; the others by pages of their own. */
const FIRST_REPLIES = 50

export default defineApiHandler(async (event): Promise<Thread> => {
  const { id } = readParams(event, PostParams)
  const thread = await readPublic(event, db => findThread(db, id, viewerId(event)))
  if (!thread) throw apiError(404, 'There is no such post. It may have been deleted.')
  return thread
})

async function findThread(db: Database, id: string, viewer: string | null): Promise<Thread | undefined> {
  const [post, ancestors, replies] = await Promise.all([
    findPost(db, id, viewer),
    listAncestors(db, id, viewer),
    listReplies(db, id, { limit: FIRST_REPLIES, viewerId: viewer }),
  ])
  return post && { post, ancestors, replies: replies.posts, repliesCursor: replies.next && encodeCursor(replies.next) }
}
