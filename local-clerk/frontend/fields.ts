import * as v from 'valibot'
import { errors } from '../errors.ts'
import type { Context } from '../types.ts'

const minPasswordLength = 8
const usernamePattern = /^[\p{L}\p{N}_-]{3,64}$/u

/** @throws ClerkError 422 `form_password_length_too_short` */
export function assertPassword(password: string, param: string) {
  if (password.length < minPasswordLength) throw errors.passwordTooShort(param)
}

/** @throws ClerkError 422 for a bad shape or a name that another user has */
export function assertUsername(ctx: Context, username: string, exceptId?: string) {
  if (!usernamePattern.test(username)) {
    throw errors.formatInvalid('username', 'A username has 3 to 64 letters, numbers, \'_\' or \'-\'.')
  }
  const owner = ctx.accounts.findByIdentifier(username)
  if (owner && owner.id !== exceptId) throw errors.identifierExists('username', 'username')
}

/** @throws ClerkError 422 for a bad shape or an address that is taken */
export function assertEmail(ctx: Context, address: string) {
  if (!v.is(v.pipe(v.string(), v.email()), address)) {
    throw errors.formatInvalid('email_address', 'That is not an email address.')
  }
  if (ctx.accounts.findByIdentifier(address)) throw errors.identifierExists('email_address', 'email address')
}

/** Metadata as clerk-js sends it in a form: JSON text. */
export const metadataField = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))
