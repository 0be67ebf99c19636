import { comparedFields } from '#db/mirrored.ts'
import type { MirrorUser } from '#db/queries/scan.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { AdminUser, FieldDiff } from '#shared/types/admin.ts'
import type { DriftKind } from '#shared/types/sync.ts'

const compared = [...comparedFields, 'clerkUpdatedAt'] as const

/**
 * How a user that Clerk lists differs from our row; null when they agree, and when ours is newer:
 * then a webhook came in while the page was on its way. A signed delete is final, whatever a lagging read says.
 */
export function driftOf(clerk: ClerkUser, ours: MirrorUser | undefined): DriftKind | null {
  if (!ours) return 'missing'
  if (ours.deletedAt !== null) return ours.syncedBy === 'webhook' ? null : 'revived'
  if (ours.clerkUpdatedAt !== null && ours.clerkUpdatedAt > clerk.clerkUpdatedAt) return null
  return compared.some(field => clerk[field] !== ours[field]) ? 'stale' : null
}

export type Difference = { status: 'same' } | { status: 'differs', fields: FieldDiff[] } | { status: 'missing' } | { status: 'unknown' }

/** Clerk's user beside our row, field by field. Null: Clerk says 404, or there is no row. A tombstone equals a 404. */
export function diffUser(clerk: ClerkUser | null, ours: AdminUser | null): Difference {
  if (!clerk) return !ours || ours.deletedAt ? { status: 'same' } : { status: 'missing' }
  if (!ours) return { status: 'unknown' }
  const fields = compared.flatMap((field): FieldDiff[] => clerk[field] === ours[field] ? [] : [{ field, clerk: clerk[field], ours: ours[field] }])
  if (ours.deletedAt) fields.unshift({ field: 'deletedAt', clerk: null, ours: ours.deletedAt })
  return fields.length > 0 ? { status: 'differs', fields } : { status: 'same' }
}
