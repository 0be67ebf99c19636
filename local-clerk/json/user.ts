import type { EmailAddressJSON, UserDeletedJSON, UserJSON } from '@clerk/backend'
import { lockout } from '../lockout.ts'
import type { EmailAddress, User } from '../state/schema.ts'
import type { Sdk } from './sdk.ts'

/** How long a mailed code is good for, in milliseconds. */
const codeLifetime = 10 * 60 * 1000

function verificationOf({ verified, verifiedBy, updatedAt }: EmailAddress) {
  if (verified && verifiedBy === 'admin') return { object: 'verification_admin', status: 'verified', strategy: 'admin', attempts: null, expire_at: null }
  return { object: 'verification_otp', status: verified ? 'verified' : 'unverified', strategy: 'email_code', attempts: verified ? 1 : 0, expire_at: updatedAt + codeLifetime }
}

export function emailAddressJson(email: EmailAddress) {
  return {
    id: email.id,
    object: 'email_address',
    email_address: email.address,
    linked_to: [],
    matches_sso_connection: false,
    reserved: email.reserved,
    verification: verificationOf(email),
    created_at: email.createdAt,
    updated_at: email.updatedAt,
  } satisfies Sdk<EmailAddressJSON, 'verification'>
}

export function imageUrl(user: User, url: string): string {
  return `${url}${user.imagePath ?? `/avatars/default/${user.id}.svg`}`
}

/**
 * A user as Clerk's Backend API and webhooks write it (`UserJSON` of `@clerk/backend`); times in milliseconds.
 * @param at the time by which a lock has ended or not
 */
export function userJson(user: User, url: string, at = Date.now()) {
  const lockedFor = Math.max(0, (user.lockedUntil ?? 0) - at)
  const image = imageUrl(user, url)
  return {
    id: user.id,
    object: 'user',
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: image,
    profile_image_url: image,
    has_image: user.imagePath !== null,
    primary_email_address_id: user.primaryEmailId,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: user.passwordHash !== null,
    password_last_updated_at: user.passwordUpdatedAt,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: user.emails.map(emailAddressJson),
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    external_accounts: [],
    enterprise_accounts: [],
    saml_accounts: [],
    organization_memberships: [],
    public_metadata: user.publicMetadata,
    private_metadata: user.privateMetadata,
    unsafe_metadata: user.unsafeMetadata,
    external_id: user.externalId,
    last_sign_in_at: user.lastSignInAt,
    last_active_at: user.lastActiveAt,
    banned: user.banned,
    deprovisioned: false,
    locked: lockedFor > 0,
    lockout_expires_in_seconds: lockedFor > 0 ? Math.ceil(lockedFor / 1000) : null,
    verification_attempts_remaining: Math.max(0, lockout.maxAttempts - user.failedAttempts),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    delete_self_enabled: user.deleteSelfEnabled,
    create_organization_enabled: user.createOrganizationEnabled,
    create_organizations_limit: user.createOrganizationsLimit,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: user.legalAcceptedAt,
    locale: user.locale,
    timezone: null,
  } satisfies Sdk<UserJSON, 'email_addresses'>
}

/** What is left to say of a deleted user, in answers and in `user.deleted`. */
export function deletedUserJson(id: string, externalId: string | null = null) {
  return { object: 'user', id, deleted: true, ...externalId === null ? {} : { external_id: externalId } } satisfies UserDeletedJSON
}

export type UserJson = ReturnType<typeof userJson>

/** The same user for their own browser: without the private metadata. */
export function ownUserJson(user: User, url: string) {
  const { private_metadata: _private, ...rest } = userJson(user, url)
  return { ...rest, create_organizations_limit: rest.create_organizations_limit ?? 0, profile_image_id: user.imagePath ?? '' }
}
