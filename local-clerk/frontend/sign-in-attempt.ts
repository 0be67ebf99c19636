import type { SignInFirstFactorJSON, SignInJSON } from '@clerk/shared/types'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import type { Sdk } from '../json/sdk.ts'
import { imageUrl } from '../json/user.ts'
import { codeVerification, type SentCode } from './code.ts'

/** A sign-in on its way. */
export interface SignIn {
  id: string
  identifier: string | null
  userId: string | null
  status: 'needs_identifier' | 'needs_first_factor' | 'needs_new_password' | 'complete'
  code: SentCode | null
  /** the strategy that proved who it is */
  verifiedBy: string | null
  createdSessionId: string | null
  at: number
}

const lifetime = 24 * 60 * 60 * 1000

function firstFactors(user: User) {
  const codes = <S extends 'email_code' | 'reset_password_email_code'>(strategy: S) => user.emails.filter(email => email.verified).map(email => ({
    strategy,
    safe_identifier: email.address,
    email_address_id: email.id,
    primary: email.id === user.primaryEmailId,
  }))
  return [
    ...(user.passwordHash ? [{ strategy: 'password' as const }] : []),
    ...codes('email_code'),
    ...codes('reset_password_email_code'),
  ] satisfies SignInFirstFactorJSON[]
}

function firstFactorVerification({ code, verifiedBy }: SignIn, ctx: Context) {
  if (code) return codeVerification(ctx, code, verifiedBy !== null)
  if (!verifiedBy) return null
  return { object: `verification_${verifiedBy}`, status: 'verified', strategy: verifiedBy, attempts: null, expire_at: null }
}

/** `SignInJSON`; `object` is as the Frontend API's specification has it. */
export function signInJson(signIn: SignIn, ctx: Context) {
  const user = signIn.userId ? ctx.accounts.find(signIn.userId) : undefined
  return {
    id: signIn.id,
    object: 'sign_in_attempt',
    status: signIn.status,
    supported_identifiers: ['email_address', 'username'],
    identifier: signIn.identifier,
    supported_first_factors: user ? firstFactors(user) : null,
    supported_second_factors: null,
    first_factor_verification: firstFactorVerification(signIn, ctx),
    second_factor_verification: null,
    user_data: user
      ? { first_name: user.firstName, last_name: user.lastName, image_url: imageUrl(user, ctx.url), has_image: user.imagePath !== null }
      : null,
    created_session_id: signIn.createdSessionId,
    abandon_at: signIn.at + lifetime,
    client_trust_state: 'known',
  } satisfies Sdk<SignInJSON, 'object' | 'identifier' | 'timezone' | 'supported_first_factors' | 'supported_second_factors' | 'first_factor_verification' | 'user_data'>
}
