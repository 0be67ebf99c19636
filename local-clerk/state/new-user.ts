import { newId } from './ids.ts'
import { hashPassword } from './passwords.ts'
import type { User } from './schema.ts'

export interface NewUser {
  id?: string
  firstName?: string | null
  lastName?: string | null
  username?: string | null
  email?: string | null
  password?: string | null
  imagePath?: string | null
  externalId?: string | null
  publicMetadata?: Record<string, unknown>
  privateMetadata?: Record<string, unknown>
  unsafeMetadata?: Record<string, unknown>
  /** milliseconds since 1970; now, unless the user is imported or seeded */
  createdAt?: number
  /** milliseconds since 1970; now, unless the user is seeded. An older `createdAt` does not move it, as at Clerk. */
  updatedAt?: number
}

/** The record of a user who is created at `at` (milliseconds since 1970), by Clerk's defaults. */
export function newUser({ email, password, ...input }: NewUser, at: number): User {
  const address = email ? { id: newId('idn'), address: email, verified: true, createdAt: at, updatedAt: at } : null
  return {
    id: input.id ?? newId('user'),
    firstName: input.firstName || null,
    lastName: input.lastName || null,
    username: input.username || null,
    emails: address ? [address] : [],
    primaryEmailId: address?.id ?? null,
    imagePath: input.imagePath ?? null,
    passwordHash: null,
    passwordUpdatedAt: null,
    publicMetadata: input.publicMetadata ?? {},
    privateMetadata: input.privateMetadata ?? {},
    unsafeMetadata: input.unsafeMetadata ?? {},
    externalId: input.externalId ?? null,
    banned: false,
    lockedUntil: null,
    failedAttempts: 0,
    deleteSelfEnabled: true,
    createOrganizationEnabled: false,
    createOrganizationsLimit: null,
    legalAcceptedAt: null,
    locale: null,
    createdAt: input.createdAt ?? at,
    updatedAt: input.updatedAt ?? at,
    lastSignInAt: null,
    lastActiveAt: null,
    ...(password ? passwordFields(password, at) : {}),
  }
}

/** What changes with a new password. */
export function passwordFields(password: string, at: number): Pick<User, 'passwordHash' | 'passwordUpdatedAt'> {
  return { passwordHash: hashPassword(password), passwordUpdatedAt: at }
}
