import type { SignInJSON } from '@clerk/shared/types'
import type { User } from '../state/schema.ts'
import type { Context } from '../types.ts'
import type { Sdk } from '../json/sdk.ts'
import { imageUrl } from '../json/user.ts'
import { codeVerification } from './code.ts'

/** A sign-in on its way. */
export interface SignIn {
  id: string
  identifier: string | null
  userId: string | null
  status: 'needs_identifier' | 'needs_first_factor' | 'needs_new_password' | 'complete'
  /** the strategy that was prepared or used */
  strategy: string | null
  verified: boolean
  createdSessionId: string | null
  at: number
}

function firstFactors(user: User) {
  const codes = (strategy: string) => user.emails.map(email => ({
    strategy,
    safe_identifier: email.address,
    email_address_id: email.id,
    primary: email.id === user.primaryEmailId,
  }))
  return [
    ...(user.passwordHash ? [{ strategy: 'password' }] : []),
    ...codes('email_code'),
    ...codes('reset_password_email_code'),
  ]
}

function verification(signIn: SignIn) {
  if (!signIn.strategy) return null
  return codeVerification(signIn.verified ? 'verified' : 'unverified', signIn.strategy, signIn.at)
}

/** `SignInJSON`. */
export function signInJson(signIn: SignIn, ctx: Context) {
  const user = signIn.userId ? ctx.accounts.find(signIn.userId) : undefined
  return {
    id: signIn.id,
    object: 'sign_in',
    status: signIn.status,
    supported_identifiers: ['email_address', 'username'],
    identifier: signIn.identifier,
    supported_first_factors: user ? firstFactors(user) : null,
    supported_second_factors: null,
    first_factor_verification: verification(signIn),
    second_factor_verification: null,
    user_data: user
      ? { first_name: user.firstName, last_name: user.lastName, image_url: imageUrl(user, ctx.url), has_image: user.imagePath !== null }
      : null,
    created_session_id: signIn.createdSessionId,
    client_trust_state: 'known',
    timezone: null,
  } satisfies Sdk<SignInJSON, 'identifier' | 'supported_first_factors' | 'supported_second_factors' | 'first_factor_verification' | 'user_data'>
}
