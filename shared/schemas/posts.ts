import * as v from 'valibot'
import { PostId, UserId } from './ids.ts'
import { cursorMessage, Limit, TimeCursor } from './paging.ts'
import { PostBody } from './text.ts'

export const NewPost = v.object({
  body: PostBody,
  parentId: v.optional(v.nullable(PostId), null),
})
export type NewPost = v.InferOutput<typeof NewPost>

const PostCursor = v.pipe(TimeCursor, v.check(({ id }) => v.is(PostId, id), cursorMessage))

/** `GET /api/posts` */
export const PostsQuery = v.object({
  cursor: v.optional(PostCursor),
  limit: Limit,
  author: v.optional(UserId),
})
