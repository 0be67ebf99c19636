import { listPosts } from '#db/queries/posts.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { PostsQuery } from '#shared/schemas/posts.ts'
import type { PostPage } from '#shared/types/post.ts'

export default defineApiHandler(async (event): Promise<PostPage> => {
  const { cursor, limit, author } = readQuery(event, PostsQuery)
  const { posts, next } = await readPublic(event, db => listPosts(db, { after: cursor, limit, author, viewerId: viewerId(event) }))
  return { posts, nextCursor: next && encodeCursor(next) }
})
