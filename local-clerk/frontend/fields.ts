import * as v from 'valibot'
import { errors } from '../errors.ts'
import { passwordLength, usernameLength } from '../settings.ts'
import type { Context } from '../context.ts'

const usernamePattern = /^[\p{L}\p{N}_-]+$/u

/** @throws ClerkError 422 `form_password_length_too_short` or `form_password_length_too_long` */
export function assertPassword(password: string, param: string) {
  if (password.length < passwordLength.min) throw errors.passwordTooShort(param, passwordLength.min)
  if (password.length > passwordLength.max) throw errors.passwordTooLong(param, passwordLength.max)
}

/** @throws ClerkError 422 for a bad shape or a name that another user has */
export function assertUsername(ctx: Context, name: string, exceptId?: string) {
  const { min, max } = usernameLength
  if (name.length < min || name.length > max) throw errors.usernameLengthInvalid(min, max)
  if (!usernamePattern.test(name)) throw errors.usernameCharacterInvalid()
  const owner = ctx.accounts.findByIdentifier(name)
  if (owner && owner.id !== exceptId) throw errors.identifierExists('username', 'username')
}

export const isEmail = (address: string) => v.is(v.pipe(v.string(), v.email()), address)

/** @throws ClerkError 422 for a bad shape or an address that is taken */
export function assertEmail(ctx: Context, address: string) {
  if (!isEmail(address)) {
    throw errors.formatInvalid('email_address', 'That is not an email address.')
  }
  if (ctx.accounts.findByIdentifier(address)) throw errors.identifierExists('email_address', 'email address')
}

/** Metadata as clerk-js sends it in a form: JSON text. */
export const metadataField = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))
