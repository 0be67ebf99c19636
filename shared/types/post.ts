import type { PublicUser } from './user.ts'

/** Replies and likes are counted up to this, so that a page costs the same however many there are. Pages show it with a `+`. */
export const COUNTED_AT_MOST = 1_000

/**
 * Why the words of a post that keeps its place in a thread are not shown. `muted`, `blocked`: the viewer did that to its
 * author. `unavailable`: its author blocked the viewer. `hidden`: an admin hid it, and its author alone still reads it.
 */
export const withholdings = ['deleted', 'hidden', 'muted', 'blocked', 'unavailable'] as const
export type Withholding = (typeof withholdings)[number]

export interface Post {
  id: string
  parentId: string | null
  /** Null when it is withheld, but that the author of a hidden post has it, and when it was erased. */
  body: string | null
  /** Null while anyone may read it. */
  withheld: Withholding | null
  /** ISO 8601, milliseconds */
  createdAt: string
  /** ISO 8601; null when it was never edited. */
  editedAt: string | null
  author: PublicUser
  mentions: PublicUser[]
  replyCount: number
  likeCount: number
  likedByMe: boolean
  /** What a reply answers; where replies of many threads stand in one list. */
  parent?: AnsweredPost
}

export interface AnsweredPost {
  id: string
  author: PublicUser
  /** False once deleted, or while its author is gone or banned. */
  shown: boolean
}

/** For how long its author may edit a post, by Postgres's clock. */
export const EDIT_MINUTES = 15

/** What a profile lists: top-level posts, or replies. */
export const postKinds = ['posts', 'replies'] as const
export type PostKind = (typeof postKinds)[number]

export interface PostPage {
  /** Fewer than asked for, even none, where many are hidden: only `nextCursor` says whether the list ends. */
  posts: Post[]
  /** Pass it back as `cursor`; null at the end. */
  nextCursor: string | null
}

export interface Thread {
  post: Post
  /** From the root down to the parent. */
  ancestors: Post[]
  /** Oldest first; the first 50. */
  replies: Post[]
  /** Where the next ones begin, for `GET /api/posts/:id/replies`; null when these are all. */
  repliesCursor: string | null
}
