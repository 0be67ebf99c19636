import type { PublicUser } from './user.ts'

/** What changed of a post, as the public sees it. */
export interface PostChange {
  id: string
  parentId: string | null
  authorId: string
  /** False once deleted, or while its author is gone or banned. */
  shown: boolean
  replyCount: number
  likeCount: number
}

/** A message of `GET /api/live`: what changed, never more than the public API shows. */
export type LiveMessage
  = | { type: 'users', users: PublicUser[], hiddenIds: string[] }
    | { type: 'posts', posts: PostChange[] }
    /** Something may have been missed, or too much changed to tell: ask again for what is on the page. */
    | { type: 'catch-up' }
