import type { Post } from './post.ts'
import type { PublicUser } from './user.ts'

/** What someone is notified of: a post that mentions them, a reply to a post of theirs, likes of a post of theirs. */
export const notificationKinds = ['mention', 'reply', 'like'] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** Unread notifications are counted up to this; one more than a badge can show. */
export const UNREAD_COUNTED_AT_MOST = 100

/** Who likes a post, beside its author. */
export interface Likers {
  /** The three who liked it last, the newest first. */
  people: PublicUser[]
  /** Of the newest 50 likes, those whose giver is shown. */
  count: number
  /** There are more likes than were counted. */
  more: boolean
}

/** One row of the page: one for each post, however many like it. */
export interface NotificationItem {
  kind: NotificationKind
  /** What sorts the list, ISO 8601 in ms: when it was written, or last liked, to the minute. */
  at: string
  /** Not seen yet. */
  isNew: boolean
  /** What mentions or answers the viewer, or their own post that is liked. */
  post: Post
  /** For `like` alone. */
  likers: Likers | null
}

export interface NotificationPage {
  /** Fewer than asked for, even none, where many are hidden: only `nextCursor` says whether the list ends. */
  notifications: NotificationItem[]
  /** Pass it back as `cursor`; null at the end. */
  nextCursor: string | null
}
