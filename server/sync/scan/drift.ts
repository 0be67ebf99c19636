import { comparedFields } from '#shared/types/mirrored.ts'
import { LAG_SECONDS } from '#db/queries/mirror.ts'
import type { MirrorUser } from '#db/queries/scan.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { AdminUser, FieldDiff } from '#shared/types/admin.ts'

/** `ahead`: our row has a later `updated_at` than Clerk's list; a read of that one user decides. */
export type ListedDrift = 'missing' | 'stale' | 'revived' | 'ahead'

const differs = (clerk: ClerkUser, ours: MirrorUser) => comparedFields.some(field => clerk[field] !== ours[field])

/**
 * How a user that Clerk lists differs from our row; null when they agree. A signed delete is final, whatever a lagging
 * list says. `updated_at` that differs alone is no drift: Clerk moves it without an event, as at a sign-in. A row that was
 * synced less than 10 s ago is not judged by a list, which may lag.
 * @param beganAt when the read began, by Postgres's clock, ISO 8601
 */
export function driftOf(clerk: ClerkUser, ours: MirrorUser | undefined, beganAt: string): ListedDrift | null {
  if (!ours) return 'missing'
  if (ours.deletedAt !== null) return ours.syncedBy === 'webhook' ? null : 'revived'
  if (ours.clerkUpdatedAt === null || clerk.clerkUpdatedAt > ours.clerkUpdatedAt) return differs(clerk, ours) || ours.clerkUpdatedAt === null ? 'stale' : null
  if (Date.parse(beganAt) < Date.parse(ours.syncedAt) + LAG_SECONDS * 1000) return null
  if (clerk.clerkUpdatedAt < ours.clerkUpdatedAt) return 'ahead'
  return differs(clerk, ours) ? 'stale' : null
}

export type Difference = { status: 'same' } | { status: 'differs', fields: FieldDiff[] } | { status: 'missing' } | { status: 'unknown', fields: FieldDiff[] }

/** Clerk's user beside our row, field by field. Null: Clerk says 404, or there is no row. A tombstone equals a 404. */
export function diffUser(clerk: ClerkUser | null, ours: AdminUser | null): Difference {
  if (!clerk) return !ours || ours.deletedAt ? { status: 'same' } : { status: 'missing' }
  const fields = [...comparedFields, 'clerkUpdatedAt' as const].flatMap((field): FieldDiff[] => {
    const our = ours?.[field] ?? null
    return clerk[field] === our ? [] : [{ field, clerk: clerk[field], ours: our }]
  })
  if (!ours) return { status: 'unknown', fields }
  if (ours.deletedAt) fields.unshift({ field: 'deletedAt', clerk: null, ours: ours.deletedAt })
  // A different `updated_at` alone is no drift.
  return fields.some(({ field }) => field !== 'clerkUpdatedAt') ? { status: 'differs', fields } : { status: 'same' }
}
