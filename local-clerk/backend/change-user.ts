import type { H3Event } from 'h3'
import { errors } from '../errors.ts'
import { readFields } from '../http/route.ts'
import { lockout } from '../lockout.ts'
import { newEmailAddress } from '../state/new-user.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { accountFields, assertAddresses, assertFields, newUserFields, userPatchFields } from './user-fields.ts'

/**
 * `POST /v1/users`. This instance asks for an e-mail address and a password, unless the request says otherwise.
 * @throws ClerkError 422 for what is missing, unknown or taken
 */
export async function createUser(ctx: Context, event: H3Event): Promise<User> {
  const input = await readFields(event, newUserFields)
  const addresses = input.email_address
  const statuses = input.email_address_identification_status
  const missing = [
    ...addresses.length === 0 && !input.skip_user_requirement ? ['email_address'] : [],
    ...!input.password && !input.skip_password_requirement ? ['password'] : [],
  ]
  if (missing.length > 0) throw errors.dataMissing(missing)
  if (statuses.length > 0 && statuses.length !== addresses.length) throw errors.lengthMismatch('email_address_identification_status', 'email_address')
  assertAddresses(ctx, addresses)
  assertFields(ctx, input)
  return ctx.accounts.create({
    ...accountFields(input),
    emails: addresses.map((address, index) => statuses[index] === 'reserved'
      ? newEmailAddress(address, ctx.now(), { verified: false, reserved: true })
      : newEmailAddress(address, ctx.now(), { verifiedBy: 'admin' })),
    publicMetadata: input.public_metadata,
    privateMetadata: input.private_metadata,
    unsafeMetadata: input.unsafe_metadata,
    banned: input.banned ?? undefined,
    lockedUntil: input.locked ? ctx.now() + lockout.minutes * 60_000 : undefined,
  })
}

/**
 * `PATCH /v1/users/:id`. It takes no metadata since API version 2026-05-12.
 * @throws ClerkError 404 for nobody, 422 for what is unknown or taken, or a primary address that is not the user's own and verified
 */
export async function updateUser(ctx: Context, event: H3Event, id: string): Promise<User> {
  const input = await readFields(event, userPatchFields)
  const user = ctx.accounts.get(id)
  assertFields(ctx, input, id)
  assertPrimary(user, input.primary_email_address_id)
  if (input.sign_out_of_other_sessions && !input.password) throw errors.paramMissing('password')
  const updated = ctx.accounts.update(id, { ...accountFields(input), primaryEmailId: input.primary_email_address_id ?? undefined })
  if (input.sign_out_of_other_sessions) ctx.browsers.finishAllOf(id)
  return updated
}

function assertPrimary(user: User, addressId: string | null | undefined) {
  if (!addressId) return
  const email = user.emails.find(each => each.id === addressId)
  if (!email) throw errors.resourceMissing('primary_email_address_id')
  if (!email.verified) throw errors.verificationNeeded('primary_email_address_id')
}
