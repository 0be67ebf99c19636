import type { PublicUser } from './user.ts'

/**
 * What someone may do about another person. `mute`: their posts and mentions do not reach one. `block`: the same, neither
 * sees the other's posts, and neither can like, reply to or mention the other. A block takes the place of a mute.
 */
export const restrictionKinds = ['mute', 'block'] as const
export type RestrictionKind = (typeof restrictionKinds)[number]

/** Why someone's posts do not reach a person: what that person did, or that the other blocked them. */
export type Hidden = RestrictionKind | 'blocked-by'

/** How many people one person can mute, and how many they can block. */
export const RESTRICTED_AT_MOST = 1_000

/** Someone whom the viewer muted or blocked. */
export interface RestrictedUser {
  user: PublicUser
  kind: RestrictionKind
  /** ISO 8601 */
  since: string
}

/** `GET /api/me/restrictions`: the latest first. */
export interface RestrictionPage {
  restrictions: RestrictedUser[]
  /** Pass it back as `cursor`; null at the end. */
  nextCursor: string | null
}
