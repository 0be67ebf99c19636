import * as v from 'valibot'
import type { LiveMessage } from '../types/live.ts'

const person = {
  id: v.string(),
  name: v.string(),
  username: v.nullable(v.string()),
  imageUrl: v.nullable(v.string()),
  status: v.picklist(['here', 'pending', 'gone']),
}
/** `PublicUser` */
export const PublicPerson = v.object(person)
const Person = v.object({ ...person, joinedAt: v.string() })

const Change = v.object({
  id: v.string(),
  parentId: v.nullable(v.string()),
  authorId: v.string(),
  shown: v.boolean(),
  replyCount: v.number(),
  likeCount: v.number(),
  edit: v.optional(v.object({ body: v.nullable(v.string()), mentions: v.array(PublicPerson), editedAt: v.nullable(v.string()) })),
})

/** What the stream sends. A type that is not known here comes from a newer server, and is not an error. */
export const LiveMessageSchema: v.GenericSchema<unknown, LiveMessage> = v.variant('type', [
  v.object({ type: v.literal('users'), users: v.array(Person), hiddenIds: v.array(v.string()) }),
  v.object({ type: v.literal('posts'), posts: v.array(Change) }),
  v.object({ type: v.literal('notifications'), userId: v.string(), unread: v.number() }),
  v.object({ type: v.literal('catch-up'), withinMs: v.pipe(v.number(), v.minValue(0)) }),
])

/** The payload of a NOTIFY: ids, and nothing else of anyone. */
export const Notice = v.object({
  users: v.optional(v.array(v.string()), []),
  posts: v.optional(v.array(v.string()), []),
  many: v.optional(v.boolean(), false),
})
export type Notice = v.InferOutput<typeof Notice>
