import type { MirrorUser } from '#db/queries/scan.ts'
import type { ClerkUser } from '#shared/schemas/clerk.ts'
import type { AdminUser, DiffValue, FieldDiff } from '#shared/types/admin.ts'
import type { DriftKind } from '#shared/types/sync.ts'

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

export type Difference = { status: 'same' } | { status: 'differs', fields: FieldDiff[] } | { status: 'missing' } | { status: 'unknown' }

/** Clerk's user beside our row, for people to read. Null: Clerk says 404, or there is no row. A tombstone equals a 404. */
export function diffUser(clerk: ClerkUser | null, ours: AdminUser | null): Difference {
  if (!clerk) return !ours || ours.deletedAt ? { status: 'same' } : { status: 'missing' }
  if (!ours) return { status: 'unknown' }
  const fields = compared.flatMap(([theirs, mine]): FieldDiff[] => {
    const value = clerk[theirs]
    const there: DiffValue = typeof value === 'number' ? new Date(value).toISOString() : value
    return there === ours[mine] ? [] : [{ field: mine, clerk: there, ours: ours[mine] }]
  })
  if (ours.deletedAt) fields.unshift({ field: 'deletedAt', clerk: null, ours: ours.deletedAt })
  return fields.length > 0 ? { status: 'differs', fields } : { status: 'same' }
}
