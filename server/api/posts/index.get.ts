import { searchPosts } from '#db/queries/post-search.ts'
import { listPosts } from '#db/queries/posts.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { PostsQuery } from '#shared/schemas/posts.ts'
import type { PostPage } from '#shared/types/post.ts'

/** Lists of posts are for anyone. A search is for people who are signed in, since it costs more and is limited for each person. */
export default defineApiHandler(async (event): Promise<PostPage> => {
  const { cursor, q, ...list } = readQuery(event, PostsQuery)
  if (q) await limitUser(event, 'search')
  const page = { ...list, after: cursor, viewerId: viewerId(event) }
  const { posts, next } = await readPublic(event, db => q ? searchPosts(db, q, page) : listPosts(db, page))
  return { posts, nextCursor: next && encodeCursor(next) }
})
