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

/** Why someone reports a post or a person. */
export const reportReasons = ['spam', 'harassment', 'hate', 'violence', 'sexual', 'impersonation', 'other'] as const
export type ReportReason = (typeof reportReasons)[number]

/** Characters (graphemes) of the note of a report or a decision. */
export const NOTE_MAX_CHARACTERS = 500

/** What an admin decides about a reported post or person. `hide` and `restore` are of posts alone. */
export const decisionActions = ['hide', 'restore', 'dismiss'] as const
export type DecisionAction = (typeof decisionActions)[number]

/** `open`: reported since the last decision. */
export const caseStates = ['open', 'decided'] as const
export type CaseState = (typeof caseStates)[number]

/** Of one case, the latest so many reports and decisions are listed. */
export const CASE_ROWS = 20

export interface Report {
  reporter: PublicUser
  reason: ReportReason
  note: string | null
  /** ISO 8601 */
  at: string
}

export interface Decision {
  /** A Clerk id. */
  by: string
  /** Their name; null for who is unknown here. */
  byName: string | null
  action: DecisionAction
  note: string | null
  /** ISO 8601 */
  at: string
}

/** A post or a person that was reported, with what was said and decided about it. Times are ISO 8601. */
export interface ReportCase {
  id: string
  /** Who was reported, or wrote what was reported. */
  user: PublicUser
  /** Null when the person was reported. The body is null once erased. */
  post: { id: string, body: string | null, createdAt: string, deleted: boolean, hidden: boolean } | null
  reportedAt: string
  /** Null while it is open. */
  decidedAt: string | null
  /** How many people gave each reason. */
  reasons: Partial<Record<ReportReason, number>>
  /** The latest first, as are the decisions. */
  reports: Report[]
  decisions: Decision[]
}

/** `GET /api/admin/reports` */
export interface ReportCasePage {
  cases: ReportCase[]
  nextCursor: string | null
}
