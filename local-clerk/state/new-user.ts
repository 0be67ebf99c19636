import { newId } from './ids.ts'
import { hashPassword } from './passwords.ts'
import type { EmailAddress, User } from './schema.ts'

export interface NewUser extends Partial<Pick<User, 'passwordHash' | 'banned' | 'lockedUntil' | 'deleteSelfEnabled' | 'createOrganizationEnabled' | 'createOrganizationsLimit' | 'legalAcceptedAt' | 'locale'>> {
  id?: string
  firstName?: string | null
  lastName?: string | null
  username?: string | null
  email?: string | null
  /** more than one, or not verified; the first is the primary one. In place of `email` */
  emails?: EmailAddress[]
  /** in place of `passwordHash` */
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
  const emails = input.emails ?? (email ? [newEmailAddress(email, at)] : [])
  return {
    id: input.id ?? newId('user'),
    firstName: input.firstName || null,
    lastName: input.lastName || null,
    username: input.username || null,
    emails,
    primaryEmailId: emails[0]?.id ?? null,
    imagePath: input.imagePath ?? null,
    passwordHash: input.passwordHash ?? null,
    passwordUpdatedAt: input.passwordHash ? at : null,
    publicMetadata: input.publicMetadata ?? {},
    privateMetadata: input.privateMetadata ?? {},
    unsafeMetadata: input.unsafeMetadata ?? {},
    externalId: input.externalId ?? null,
    banned: input.banned ?? false,
    lockedUntil: input.lockedUntil ?? null,
    failedAttempts: 0,
    deleteSelfEnabled: input.deleteSelfEnabled ?? true,
    createOrganizationEnabled: input.createOrganizationEnabled ?? false,
    createOrganizationsLimit: input.createOrganizationsLimit ?? null,
    legalAcceptedAt: input.legalAcceptedAt ?? null,
    locale: input.locale ?? null,
    createdAt: input.createdAt ?? at,
    updatedAt: input.updatedAt ?? at,
    lastSignInAt: null,
    lastActiveAt: null,
    ...(password ? passwordFields(password, at) : {}),
  }
}

/** An e-mail address as it is when a code that was mailed to it has come back, unless `how` says otherwise. */
export function newEmailAddress(address: string, at: number, how: Partial<Pick<EmailAddress, 'verified' | 'verifiedBy' | 'reserved'>> = {}): EmailAddress {
  return { id: newId('idn'), address, verified: true, verifiedBy: 'email_code', reserved: false, createdAt: at, updatedAt: at, ...how }
}

/** What changes with a new password. */
export function passwordFields(password: string, at: number): Pick<User, 'passwordHash' | 'passwordUpdatedAt'> {
  return { passwordHash: hashPassword(password), passwordUpdatedAt: at }
}
