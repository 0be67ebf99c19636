import * as v from 'valibot'
import { PostId, UserId } from './ids.ts'
import { cursorMessage, Limit, TimeCursor } from './paging.ts'
import { PostBody } from './text.ts'

export const NewPost = v.object({
  body: PostBody,
  parentId: v.optional(v.nullable(PostId), null),
  /** Of the author's own making: the same one again writes nothing. */
  key: v.optional(v.pipe(v.string(), v.uuid('That is not a key. Send a UUID of your own, or leave it out.'))),
})
export type NewPost = v.InferOutput<typeof NewPost>

const PostCursor = v.pipe(TimeCursor, v.check(({ id }) => v.is(PostId, id), cursorMessage))

/** `GET /api/posts/:id/replies` */
export const RepliesQuery = v.object({
  cursor: v.optional(PostCursor),
  limit: Limit,
})

/** `GET /api/posts` */
export const PostsQuery = v.object({
  ...RepliesQuery.entries,
  author: v.optional(UserId),
})
