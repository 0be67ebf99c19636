import * as v from 'valibot'
import { PostId, UserId } from './ids.ts'
import { Limit, TimeCursor } from './paging.ts'
import { PostBody } from './text.ts'

export const NewPost = v.object({
  body: PostBody,
  parentId: v.optional(v.nullable(PostId), null),
})
export type NewPost = v.InferOutput<typeof NewPost>

const PostCursor = v.pipe(TimeCursor, v.check(({ id }) => v.is(PostId, id), 'This cursor is not one of ours. Leave it out to start from the first page.'))

/** `GET /api/posts` */
export const PostsQuery = v.object({
  cursor: v.optional(PostCursor),
  limit: Limit,
  author: v.optional(UserId),
})
