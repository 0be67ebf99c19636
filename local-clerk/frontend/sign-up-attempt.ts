import type { SignUpField, SignUpJSON, SignUpVerificationJSON } from '@clerk/shared/types'
import type { Sdk } from '../json/sdk.ts'
import type { Settings } from '../settings.ts'
import type { Context } from '../context.ts'
import { codeVerification, type SentCode } from './code.ts'

/** A sign-up on its way. */
export interface SignUp {
  id: string
  firstName: string | null
  lastName: string | null
  username: string | null
  emailAddress: string | null
  emailVerified: boolean
  code: SentCode | null
  password: string | null
  unsafeMetadata: Record<string, unknown>
  createdSessionId: string | null
  createdUserId: string | null
  at: number
}

const required: SignUpField[] = ['email_address', 'password']
const optional: SignUpField[] = ['last_name', 'username']

const requiredFields = ({ firstNameRequired }: Settings): SignUpField[] => firstNameRequired ? [...required, 'first_name'] : required
const optionalFields = ({ firstNameRequired }: Settings): SignUpField[] => firstNameRequired ? optional : ['first_name', ...optional]

export function missingFields(signUp: SignUp, settings: Settings): SignUpField[] {
  const given: Partial<Record<SignUpField, string | null>> = { email_address: signUp.emailAddress, first_name: signUp.firstName, password: signUp.password }
  return requiredFields(settings).filter(field => !given[field])
}

/** Nothing until a code was prepared: by this, Clerk's components know that they have to ask for one. */
function emailVerification({ code, emailVerified }: SignUp, ctx: Context) {
  if (!code) return null
  const verification = codeVerification(ctx, code, emailVerified)
  const nextAction = { verified: '', unverified: 'needs_attempt', expired: 'needs_prepare' }[verification.status]
  return { ...verification, next_action: nextAction, supported_strategies: ['email_code'] } satisfies Sdk<SignUpVerificationJSON, 'id' | 'verified_at_client' | 'error'>
}

const lifetime = 24 * 60 * 60 * 1000

/** `SignUpJSON`; `object` is as the Frontend API's specification has it. */
export function signUpJson(signUp: SignUp, ctx: Context) {
  return {
    id: signUp.id,
    object: 'sign_up_attempt',
    status: signUp.createdUserId ? 'complete' : 'missing_requirements',
    required_fields: requiredFields(ctx.settings),
    optional_fields: optionalFields(ctx.settings),
    missing_fields: missingFields(signUp, ctx.settings),
    unverified_fields: signUp.emailAddress && !signUp.emailVerified ? ['email_address'] : [],
    verifications: {
      email_address: emailVerification(signUp, ctx),
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
    password_enabled: signUp.password !== null,
    public_metadata: {},
    unsafe_metadata: signUp.unsafeMetadata,
    external_id: null,
    custom_action: false,
    created_session_id: signUp.createdSessionId,
    created_user_id: signUp.createdUserId,
    abandon_at: signUp.at + lifetime,
    legal_accepted_at: null,
    locale: null,
    timezone: null,
  } satisfies Sdk<SignUpJSON, 'object' | 'verifications'>
}
