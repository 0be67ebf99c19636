import * as v from 'valibot'
import { errors } from '../errors.ts'
import type { Context } from '../types.ts'

const minPasswordLength = 8
const username = { min: 3, max: 64, pattern: /^[\p{L}\p{N}_-]+$/u }

/** @throws ClerkError 422 `form_password_length_too_short` */
export function assertPassword(password: string, param: string) {
  if (password.length < minPasswordLength) throw errors.passwordTooShort(param)
}

/** @throws ClerkError 422 for a bad shape or a name that another user has */
export function assertUsername(ctx: Context, name: string, exceptId?: string) {
  if (name.length < username.min || name.length > username.max) throw errors.usernameLengthInvalid(username.min, username.max)
  if (!username.pattern.test(name)) throw errors.usernameCharacterInvalid()
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
