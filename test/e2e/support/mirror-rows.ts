import type { Database } from '#db/client.ts'
import type { SimulatedUser } from './simulated-clerk.ts'

/** A row of `users` as two ways to it must agree on it. Times are ms since 1970. */
export interface MirrorState {
  id: string
  username: string | null
  firstName: string | null
  lastName: string | null
  name: string | null
  imageUrl: string | null
  email: string | null
  banned: boolean
  clerkCreatedAt: number | null
  clerkUpdatedAt: number | null
  clerkEventAt: number | null
  lastSignInAt: number | null
  deletedAt: number | null
  /** Which way the last news came is no part of what is true, but for the dead it says whether anything may lift the tombstone. */
  deletedBy: string | null
}

/** The rows of these users, by id. `synced_at` and the `synced_by` of the living are how the news came, not what it said. */
export async function mirrorStates(db: Database, ids: string[]): Promise<MirrorState[]> {
  return await db.$client<MirrorState[]>`
    select
      id, username, first_name as "firstName", last_name as "lastName", name, image_url as "imageUrl", email, banned,
      (extract(epoch from clerk_created_at) * 1000)::float8 as "clerkCreatedAt",
      (extract(epoch from clerk_updated_at) * 1000)::float8 as "clerkUpdatedAt",
      (extract(epoch from clerk_event_at) * 1000)::float8 as "clerkEventAt",
      (extract(epoch from last_sign_in_at) * 1000)::float8 as "lastSignInAt",
      (extract(epoch from deleted_at) * 1000)::float8 as "deletedAt",
      case when deleted_at is not null then synced_by end as "deletedBy"
    from users where id = any(${ids}) order by id
  `
}

/** The row that a user of Clerk must have in the end, but for the envelope of the last event. */
export function stateOf(user: SimulatedUser): Omit<MirrorState, 'clerkEventAt'> {
  const fullName = [user.firstName, user.lastName].filter(Boolean).join(' ')
  return {
    id: user.id,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    name: fullName || user.username,
    imageUrl: user.picture,
    email: user.email,
    banned: user.banned,
    clerkCreatedAt: user.createdAt,
    clerkUpdatedAt: user.updatedAt,
    lastSignInAt: user.lastSignInAt,
    deletedAt: null,
    deletedBy: null,
  }
}

/** The row of someone deleted: nothing personal, and sealed by a signed delete. */
export function tombstone(id: string, deletedAt: number): MirrorState {
  return {
    id, username: null, firstName: null, lastName: null, name: null, imageUrl: null, email: null, banned: false,
    clerkCreatedAt: null, clerkUpdatedAt: null, clerkEventAt: null, lastSignInAt: null, deletedAt, deletedBy: 'webhook',
  }
}
