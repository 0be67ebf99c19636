import type { Hidden, RestrictionKind } from './moderation.ts'

/** `here`: synced. `pending`: signed up, the webhook has not arrived. `gone`: deleted in Clerk. */
export type UserStatus = 'here' | 'pending' | 'gone'

/** What anyone may see of a person. Never an e-mail, never a birthday. */
export interface PublicUser {
  id: string
  /** Ready to show: full name, else user name, else words for `pending` and `gone`. */
  name: string
  username: string | null
  imageUrl: string | null
  status: UserStatus
}

export interface Profile extends PublicUser {
  /** Null while banned, and once gone. */
  bio: string | null
  /** ISO 3166-1 alpha-2; null while banned, and once gone */
  country: string | null
  /** ISO 8601; null while pending */
  joinedAt: string | null
  /** Their posts, bio and country are hidden while this lasts. */
  banned: boolean
  /** What the viewer did about them. */
  restriction: RestrictionKind | null
  /** Whether they blocked the viewer. */
  blocksViewer: boolean
}

/** What a person keeps here beside what Clerk holds; shown to its owner alone. */
export interface OwnProfile {
  bio: string | null
  country: string | null
  /** YYYY-MM-DD */
  birthday: string | null
}

/** `GET /api/me`: the states of someone who is signed in. `hidden`: whose posts do not reach them, by id. */
export type Me
  = | { status: 'pending', userId: string }
    | { status: 'gone', userId: string }
    | { status: 'here', userId: string, user: PublicUser, profile: OwnProfile, banned: boolean, isAdmin: boolean, hidden: Record<string, Hidden>, /** Notifications not seen yet, 100 at most. */ unread: number }

/** A person with the day they came. */
export interface Member extends PublicUser {
  /** ISO 8601 */
  joinedAt: string
}

/** How many newcomers `GET /api/users/recent` names. */
export const NEWCOMERS = 8

export interface MemberPage {
  /** As many as asked for; fewer, even none, where many are hidden from the viewer: the list goes on while there is a cursor. */
  users: Member[]
  /** Pass it back as `cursor`; null at the end. */
  nextCursor: string | null
}
