import type { Post } from './post.ts'
import type { Member } from './user.ts'

/** What changed of a post, as the public sees it. */
export interface PostChange {
  id: string
  parentId: string | null
  authorId: string
  /** False once deleted, or while its author is gone or banned. */
  shown: boolean
  replyCount: number
  likeCount: number
  /** The words as they are now, of a post that was edited and is shown. */
  edit?: Pick<Post, 'body' | 'mentions' | 'editedAt'>
}

/**
 * Who hears of a user: someone signed in, of each; a guest, only of those whom they see in posts. A guest who hears of
 * all could harvest the names, which the directory does not give without a sign-in.
 */
export const audiences = ['members', 'guests'] as const
export type Audience = (typeof audiences)[number]
/** @param viewerId null for a guest */
export const audienceOf = (viewerId: string | null): Audience => viewerId === null ? 'guests' : 'members'

export interface UsersChange {
  /** As the public sees them now. */
  users: Member[]
  /** Those whose posts are hidden. */
  hiddenIds: string[]
}

/** A message of `GET /api/live`: what changed, never more than the public API shows. */
export type LiveMessage
  = | { type: 'users' } & UsersChange
    | { type: 'posts', posts: PostChange[] }
    /** To this person's own streams alone: their notifications changed. `unread` is 100 at most. */
    | { type: 'notifications', userId: string, unread: number }
    /** Something may have been missed, or too much changed to tell: ask again for what is on the page, at a random moment of this time, ms. */
    | { type: 'catch-up', withinMs: number }
