import { randomBytes } from 'node:crypto'
import * as v from 'valibot'

interface ErrorJSON {
  code: string
  message: string
  long_message: string
  meta: Record<string, unknown>
}

/** A refusal in the shape of `ClerkErrors` in Clerk's OpenAPI, which the SDKs read. */
export class ClerkError extends Error {
  readonly status: number
  readonly code: string
  readonly meta: Record<string, unknown>
  private readonly short: string
  private readonly client: unknown

  /**
   * @param short Clerk's few words, where they differ from the sentence
   * @param more more of the error's `meta`, and the client that the answer brings along for clerk-js
   */
  constructor(status: number, code: string, sentence: string, paramName?: string, short = sentence, more: { meta?: Record<string, unknown>, client?: unknown } = {}) {
    super(sentence)
    this.status = status
    this.code = code
    this.short = short
    this.meta = { ...paramName ? { param_name: paramName } : {}, ...more.meta }
    this.client = more.client
  }

  toJSON(): { errors: ErrorJSON[], meta?: { client: unknown }, clerk_trace_id: string } {
    return {
      errors: [{ code: this.code, message: this.short, long_message: this.message, meta: this.meta }],
      ...this.client ? { meta: { client: this.client } } : {},
      clerk_trace_id: randomBytes(16).toString('hex'),
    }
  }
}

const minutesIn = (seconds: number) => Math.ceil(seconds / 60)

const notFound = (sentence: string) => new ClerkError(404, 'resource_not_found', sentence, undefined, 'not found')

/** Codes, sentences and statuses are those of clerk-docs, `data/api_errors.json`, unless the sentence is about this server. */
export const errors = {
  identifierNotFound: () => new ClerkError(422, 'form_identifier_not_found', 'Couldn\'t find your account.', 'identifier'),
  passwordIncorrect: () => new ClerkError(422, 'form_password_incorrect', 'Password is incorrect. Try again, or use another method.', 'password'),
  identifierExists: (param: string, what: string) => new ClerkError(422, 'form_identifier_exists', `That ${what} is taken. Please try another.`, param),
  codeIncorrect: () => new ClerkError(422, 'form_code_incorrect', 'Incorrect code. The local Clerk\'s code is always the same; its dashboard shows it.', 'code'),
  passwordTooShort: (param: string, min: number) => new ClerkError(422, 'form_password_length_too_short', `Passwords must be ${min} characters or more.`, param),
  formatInvalid: (param: string, sentence: string) => new ClerkError(422, 'form_param_format_invalid', sentence, param),
  valueInvalid: (param: string, sentence: string) => new ClerkError(422, 'form_param_value_invalid', sentence, param),
  notFound: (what: string) => notFound(`${what} was not found.`),
  userNotFound: (id: string) => notFound(`No user was found with id ${id}`),
  currentPasswordIncorrect: () => new ClerkError(422, 'form_password_validation_failed', 'Incorrect password. Please try again.', 'current_password'),
  paramMissing: (param: string) => new ClerkError(422, 'form_param_missing', `${param} must be included.`, param, 'is missing'),
  usernameLengthInvalid: (min: number, max: number) => new ClerkError(422, 'form_username_invalid_length', `Your username must be between ${min} and ${max} characters long.`, 'username'),
  usernameCharacterInvalid: () => new ClerkError(422, 'form_username_invalid_character', 'Your username can only contain letters, numbers and \'_\' or \'-\'.', 'username'),
  verificationNeeded: (param: string) => new ClerkError(422, 'form_verification_needed', 'This identification needs to be verified before you can perform this action.', param, 'is unverified'),
  verificationMissing: () => new ClerkError(400, 'verification_missing', 'This strategy requires verification preparation before attempting to validate it.', undefined, 'is missing'),
  verificationStrategyInvalid: () => new ClerkError(400, 'verification_strategy_invalid', 'The strategy is not valid for the current verification.', undefined, 'has invalid strategy'),
  verificationExpired: () => new ClerkError(400, 'verification_expired', 'This verification has expired. You must create a new one.', undefined, 'expired'),
  verificationDone: () => new ClerkError(400, 'verification_already_verified', 'This verification has already been verified.', undefined, 'already verified'),
  lastEmailAddress: () => new ClerkError(400, 'last_required_identification_deletion_failed', 'You are required to maintain at least one email address in your account at all times'),
  signUpRestricted: () => new ClerkError(403, 'sign_up_mode_restricted', 'New sign-ups are currently restricted.', undefined, 'Sign-ups restricted'),
  signUpWaits: () => new ClerkError(403, 'sign_up_restricted_waitlist', 'Sign-ups are currently unavailable. Join the waitlist, and you will be notified when access becomes available.', undefined, 'Sign-ups restricted with waitlist'),
  waitlistClosed: () => new ClerkError(403, 'waitlist_not_accepting_entries', 'The waitlist is not accepting new entries at this time. Please try again later.', undefined, 'Waitlist not accepting entries'),
  sessionExists: (client: unknown) => new ClerkError(400, 'session_exists', 'You\'re already signed in.', undefined, 'Session already exists', { client }),
  signedOut: () => new ClerkError(401, 'authentication_invalid', 'Unable to authenticate the request, you need to supply an active session', undefined, 'Invalid authentication'),
  noDevBrowser: () => new ClerkError(401, 'dev_browser_unauthenticated', 'Unable to authenticate this browser for your development instance.'),
  badSecretKey: () => new ClerkError(401, 'clerk_key_invalid', 'The secret key is not the one of this local Clerk.'),
  banned: () => new ClerkError(403, 'user_banned', 'Your account is banned.'),
  locked: (seconds: number) => new ClerkError(403, 'user_locked', `Your account is locked. You will be able to try again in ${minutesIn(seconds)} minutes. For more information, contact support.`, undefined, 'Account locked', { meta: { lockout_expires_in_seconds: seconds } }),
  strategyUnknown: (strategy: string) => new ClerkError(422, 'form_param_value_invalid', `${strategy} does not match one of the allowed values for parameter strategy`, 'strategy', 'is invalid'),
  strategyInvalid: () => new ClerkError(400, 'strategy_for_user_invalid', 'The verification strategy is not valid for this account', undefined, 'Invalid verification strategy'),
  ticketInvalid: () => new ClerkError(400, 'ticket_invalid_code', 'This ticket is invalid. Make sure you\'re using a valid ticket generated by Clerk.', 'ticket', 'ticket is invalid'),
  ticketExpired: () => new ClerkError(400, 'ticket_expired_code', 'This ticket has expired and cannot be used anymore.', 'ticket', 'ticket has expired'),
  signInTokenRevoked: () => new ClerkError(400, 'sign_in_token_revoked_code', 'This sign in token has been revoked and cannot be used anymore.', 'ticket', 'sign in token has been revoked'),
  signInTokenUsed: () => new ClerkError(400, 'sign_in_token_already_used_code', 'This sign in token has already been used. Each token can only be used once.', 'ticket', 'sign in token has already been used'),
  signInTokenNotInSignIn: () => new ClerkError(400, 'sign_in_token_not_in_sign_in_code', 'Sign in tokens can only be used during sign in.', 'ticket', 'not in sign in'),
  signInTokenNotPending: (status: string) => new ClerkError(400, 'sign_in_token_cannot_be_revoked_code', `Sign in token cannot be revoked because its status is ${status}. Only pending tokens can be revoked.`, undefined, 'cannot revoke'),
  alreadyMember: (userId: string) => new ClerkError(400, 'already_a_member_in_organization', `User ${userId} is already a member of the organization.`, undefined, 'already a member'),
  membershipQuota: (limit: number) => new ClerkError(403, 'organization_membership_quota_exceeded', `This organization keeps ${limit} memberships at most.`, undefined, 'organization membership quota exceeded'),
  minimumPermissions: () => new ClerkError(403, 'organization_minimum_permissions_needed', 'An organization needs one member at least who may manage it.', undefined, 'minimum permissions needed'),
  notAdmin: () => new ClerkError(403, 'not_an_admin_in_organization', 'This person is no admin of the organization.', undefined, 'not an admin'),
  roleNotFound: (role: string) => new ClerkError(404, 'resource_not_found', `No role was found with key ${role}`, 'role', 'not found'),
  invitationNotUnique: (address: string) => new ClerkError(400, 'duplicate_record', `There is a pending invitation for ${address} already.`, undefined, 'duplicate invitation'),
  invitationNotPending: () => new ClerkError(400, 'organization_invitation_not_pending', 'The invitation is not pending any more.', undefined, 'not pending'),
  invalid: (sentence: string) => new ClerkError(422, 'request_body_invalid', sentence),
  passwordTooLong: (param: string, max: number) => new ClerkError(422, 'form_password_length_too_long', `Passwords must be ${max} characters or fewer.`, param),
  duplicateValues: (param: string) => new ClerkError(422, 'form_param_duplicate', `${param} contains duplicate values`, param, 'duplicate values'),
  paramUnknown: (param: string) => new ClerkError(422, 'form_param_unknown', `${param} is not a valid parameter for this request.`, param, 'is unknown'),
  paramType: (param: string, type: string) => new ClerkError(422, 'form_param_type_invalid', `\`${param}\` must be a \`${type}\`.`, param, 'is invalid'),
  resourceMissing: (param: string) => new ClerkError(422, 'form_resource_not_found', `The resource associated with the supplied ${param} was not found.`, param, 'is missing'),
  dataMissing: (params: string[]) => new ClerkError(422, 'form_data_missing', `${JSON.stringify(params)} data doesn't match user requirements set for this instance`, undefined, 'missing data', { meta: { param_names: params } }),
  lengthMismatch: (param: string, other: string) => new ClerkError(422, 'form_param_array_length_mismatch', `${param} must contain exactly one item for each item in ${other}.`, param, 'length mismatch'),
  noPassword: () => new ClerkError(400, 'no_password_set', 'This user does not have a password set for their account', undefined, 'no password set'),
  sessionNotFound: (id: string) => new ClerkError(404, 'resource_not_found', `No session was found with id ${id}`, undefined, 'Session not found'),
  templateNotFound: (attribute: 'id' | 'name', value: string) => new ClerkError(404, 'resource_not_found', `No JWT template exists with ${attribute}: ${value}`, undefined, 'JWT template not found'),
  claimReserved: (claim: string) => new ClerkError(400, 'jwt_template_reserved_claim', `You can't use the reserved claim: '${claim}'`, 'claims', 'reserved claim used'),
  tooManyRequests: () => new ClerkError(429, 'too_many_requests', 'Too many requests, retry later', undefined, 'Too many requests'),
  /** What a schema found wrong with a field of the request. */
  ofIssue(issue: v.BaseIssue<unknown>): ClerkError {
    const param = v.getDotPath(issue) ?? 'body'
    if (issue.expected === 'never') return errors.paramUnknown(param)
    if (issue.input === undefined && issue.kind === 'schema') return errors.paramMissing(param)
    if (['string', 'number', 'boolean', 'array', 'record', 'object'].includes(issue.type)) return errors.paramType(param, issue.type)
    return errors.formatInvalid(param, issue.message)
  },
}
