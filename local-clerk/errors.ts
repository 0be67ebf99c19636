import { randomBytes } from 'node:crypto'

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

  /** @param short Clerk's few words, where they differ from the sentence */
  constructor(status: number, code: string, sentence: string, paramName?: string, short = sentence) {
    super(sentence)
    this.status = status
    this.code = code
    this.short = short
    this.meta = paramName ? { param_name: paramName } : {}
  }

  toJSON(): { errors: ErrorJSON[], clerk_trace_id: string } {
    return {
      errors: [{ code: this.code, message: this.short, long_message: this.message, meta: this.meta }],
      clerk_trace_id: randomBytes(16).toString('hex'),
    }
  }
}

const notFound = (sentence: string) => new ClerkError(404, 'resource_not_found', sentence, undefined, 'not found')

export const errors = {
  identifierNotFound: () => new ClerkError(422, 'form_identifier_not_found', 'Couldn\'t find your account.', 'identifier'),
  passwordIncorrect: () => new ClerkError(422, 'form_password_incorrect', 'Password is incorrect. Try again, or use another method.', 'password'),
  identifierExists: (param: string, what: string) => new ClerkError(422, 'form_identifier_exists', `That ${what} is taken. Please try another.`, param),
  codeIncorrect: () => new ClerkError(422, 'form_code_incorrect', 'Incorrect code. The local Clerk\'s code is always the same; its dashboard shows it.', 'code'),
  passwordTooShort: (param: string) => new ClerkError(422, 'form_password_length_too_short', 'Passwords must be 8 characters or more.', param),
  formatInvalid: (param: string, sentence: string) => new ClerkError(422, 'form_param_format_invalid', sentence, param),
  valueInvalid: (param: string, sentence: string) => new ClerkError(422, 'form_param_value_invalid', sentence, param),
  notFound: (what: string) => notFound(`${what} was not found.`),
  userNotFound: (id: string) => notFound(`No user was found with id ${id}`),
  signedOut: () => new ClerkError(401, 'authentication_invalid', 'You are signed out.'),
  noDevBrowser: () => new ClerkError(401, 'dev_browser_unauthenticated', 'Unable to authenticate this browser for your development instance.'),
  badSecretKey: () => new ClerkError(401, 'clerk_key_invalid', 'The secret key is not the one of this local Clerk.'),
  banned: () => new ClerkError(403, 'user_banned', 'Your account is banned.'),
  strategyInvalid: () => new ClerkError(422, 'strategy_for_user_invalid', 'This way of signing in is not available for this account.', 'strategy'),
  invalid: (sentence: string) => new ClerkError(422, 'request_body_invalid', sentence),
}
