import * as v from 'valibot'
import { postKinds } from '../types/post.ts'
import { PostId, UserId } from './ids.ts'
import { cursorMessage, Limit, TimeCursor } from './paging.ts'
import { PostBody, Search } from './text.ts'
import { isTime } from './time.ts'

export const NewPost = v.object({
  body: PostBody,
  parentId: v.optional(v.nullable(PostId), null),
  /** Of the author's own making: the same one again writes nothing. */
  key: v.optional(v.pipe(v.string(), v.uuid('That is not a key. Send a UUID of your own, or leave it out.'))),
})
export type NewPost = v.InferOutput<typeof NewPost>

/** `PATCH /api/posts/:id` */
export const PostEdit = v.object({
  body: PostBody,
  /** `editedAt` of the version that was edited: another edit since then is not written over. */
  editedAt: v.nullable(v.pipe(v.string(), v.check(isTime, 'editedAt is the post\'s own, or null when it was never edited.'))),
})

const PostCursor = v.pipe(TimeCursor, v.check(({ id }) => v.is(PostId, id), cursorMessage))

/** `GET /api/posts/:id/replies` */
export const RepliesQuery = v.object({
  cursor: v.optional(PostCursor),
  limit: Limit,
})

/** `GET /api/posts`: everyone's top-level posts, one author's posts or replies, or all that have the words `q`. */
export const PostsQuery = v.pipe(v.object({
  ...RepliesQuery.entries,
  author: v.optional(UserId),
  kind: v.optional(v.picklist(postKinds, 'kind is posts or replies.'), 'posts'),
  q: v.optional(Search, ''),
}), v.check(({ author, kind }) => kind === 'posts' || author !== undefined, 'Say whose replies: author is missing.'), v.check(({ author, q }) => q === '' || author === undefined, 'A search looks at everyone: leave out author.'))
