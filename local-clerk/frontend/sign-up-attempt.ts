import type { SignUpField, SignUpJSON } from '@clerk/shared/types'
import type { Sdk } from '../json/sdk.ts'
import { codeVerification } from './code.ts'

/** A sign-up on its way. */
export interface SignUp {
  id: string
  firstName: string | null
  lastName: string | null
  username: string | null
  emailAddress: string | null
  emailVerified: boolean
  codeSent: boolean
  password: string | null
  unsafeMetadata: Record<string, unknown>
  createdSessionId: string | null
  createdUserId: string | null
  at: number
}

const required: SignUpField[] = ['email_address', 'first_name', 'password']
const optional: SignUpField[] = ['last_name', 'username']

export function missingFields(signUp: SignUp): SignUpField[] {
  const given: Partial<Record<SignUpField, string | null>> = { email_address: signUp.emailAddress, first_name: signUp.firstName, password: signUp.password }
  return required.filter(field => !given[field])
}

function emailVerification(signUp: SignUp) {
  if (!signUp.emailAddress) return null
  return {
    ...codeVerification(signUp.emailVerified ? 'verified' : 'unverified', 'email_code', signUp.at),
    next_action: signUp.emailVerified ? '' : signUp.codeSent ? 'needs_attempt' : 'needs_prepare',
    supported_strategies: ['email_code'],
  }
}

/** `SignUpJSON`. */
export function signUpJson(signUp: SignUp) {
  return {
    id: signUp.id,
    object: 'sign_up',
    status: signUp.createdUserId ? 'complete' : 'missing_requirements',
    required_fields: required,
    optional_fields: optional,
    missing_fields: missingFields(signUp),
    unverified_fields: signUp.emailAddress && !signUp.emailVerified ? ['email_address'] : [],
    verifications: {
      email_address: emailVerification(signUp),
      phone_number: null,
      web3_wallet: null,
      external_account: null,
    },
    username: signUp.username,
    first_name: signUp.firstName,
    last_name: signUp.lastName,
    email_address: signUp.emailAddress,
    phone_number: null,
    web3_wallet: null,
    external_account: null,
    external_account_strategy: null,
    has_password: signUp.password !== null,
    unsafe_metadata: signUp.unsafeMetadata,
    created_session_id: signUp.createdSessionId,
    created_user_id: signUp.createdUserId,
    abandon_at: signUp.at + 24 * 60 * 60 * 1000,
    legal_accepted_at: null,
    locale: null,
    timezone: null,
  } satisfies Sdk<SignUpJSON, 'verifications'>
}
