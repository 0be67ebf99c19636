import { getQuery } from 'h3'
import type { H3Event } from 'h3'
import * as v from 'valibot'
import { PostsQuery } from '#shared/schemas/posts.ts'

/** The pages that guests share, and the answers of the API behind them, with ids as Postgres and Clerk write them. */
const pages = /^\/(?:offline|posts\/[\da-f-]{36}|users\/[\w-]{1,64}(?:\?tab=replies)?)?$/
const answers = /^\/api\/(?:posts\/[\da-f-]{36}|users\/[\w-]{1,64})$/

/** First pages alone: of further ones there are too many. */
const { limit, author, kind } = PostsQuery.entries
const FirstPosts = v.strictObject({ limit, author, kind })

export interface SharedPath { path: string, isPage: boolean }

/**
 * What this request asks for, in the one way that it is written: the same text is the same for all guests of one language.
 * Undefined for what guests do not share, and for what is written in another way, such as with a query of its own.
 */
export function sharedPath(event: H3Event): SharedPath | undefined {
  if (pages.test(event.path)) return { path: event.path, isPage: true }
  if (answers.test(event.path)) return { path: event.path, isPage: false }
  if (!/^\/api\/posts(?:\?|$)/.test(event.path)) return
  const query = v.safeParse(FirstPosts, getQuery(event))
  if (!query.success) return
  const { limit, author, kind } = query.output
  // That is an error.
  if (kind === 'replies' && !author) return
  return { path: `/api/posts?limit=${limit}${author ? `&author=${author}&kind=${kind}` : ''}`, isPage: false }
}
