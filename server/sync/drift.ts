import type { MirrorUser } from '../../db/queries/scan.ts'
import type { ClerkUser } from '../../shared/schemas/clerk.ts'
import type { DriftKind } from '../../shared/types/sync.ts'

/** What is compared: all that Clerk says of a person, but the last sign-in, which moves without an event of its own. */
const compared = [
  ['username', 'username'],
  ['firstName', 'firstName'],
  ['lastName', 'lastName'],
  ['imageUrl', 'imageUrl'],
  ['email', 'email'],
  ['banned', 'banned'],
  ['createdAt', 'clerkCreatedAt'],
  ['updatedAt', 'clerkUpdatedAt'],
] as const

/** The fields in which our row differs from Clerk's user. */
export function differingFields(clerk: ClerkUser, ours: MirrorUser): string[] {
  return compared.filter(([theirs, mine]) => clerk[theirs] !== ours[mine]).map(([, mine]) => mine)
}

/**
 * How a user that Clerk lists differs from our row; null when they agree, and when ours is the newer one:
 * then a webhook came in while the page was on its way. A signed delete is final, whatever a lagging read says.
 */
export function driftOf(clerk: ClerkUser, ours: MirrorUser | undefined): DriftKind | null {
  if (!ours) return 'missing'
  if (ours.deletedAt !== null) return ours.syncedBy === 'webhook' ? null : 'revived'
  if (ours.clerkUpdatedAt !== null && ours.clerkUpdatedAt > clerk.updatedAt) return null
  return differingFields(clerk, ours).length > 0 ? 'stale' : null
}
