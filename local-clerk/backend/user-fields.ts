import * as v from 'valibot'
import { errors } from '../errors.ts'
import { assertEmail, assertPassword, assertUsername } from '../frontend/fields.ts'
import type { Context } from '../context.ts'

export const metadata = v.record(v.string(), v.unknown())
const text = v.nullish(v.string())
const flag = v.nullish(v.boolean())
const time = v.nullish(v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse)))

/** What this instance has not: only an empty list, which the SDK may send, is no unknown parameter. */
const nothing = v.optional(v.pipe(v.unknown(), v.rawCheck(({ dataset, addIssue }) => {
  const isNothing = dataset.typed && (dataset.value === null || (Array.isArray(dataset.value) && dataset.value.length === 0))
  if (!isNothing) addIssue({ expected: 'never' })
})))

/** What `POST` and `PATCH /v1/users` have in common. */
const common = {
  external_id: text,
  first_name: text,
  last_name: text,
  locale: text,
  username: text,
  password: text,
  skip_password_checks: flag,
  delete_self_enabled: flag,
  create_organization_enabled: flag,
  create_organizations_limit: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  legal_accepted_at: time,
  skip_legal_checks: flag,
  created_at: time,
  bypass_client_trust: flag,
  backup_codes: nothing,
}

const addressStatus = v.picklist(['verified', 'reserved'])

export const newUserFields = v.strictObject({
  ...common,
  email_address: v.optional(v.array(v.string()), []),
  email_address_identification_status: v.optional(v.array(addressStatus), []),
  phone_number: nothing,
  phone_number_identification_status: nothing,
  web3_wallet: nothing,
  skip_password_requirement: flag,
  skip_user_requirement: flag,
  public_metadata: v.optional(metadata),
  private_metadata: v.optional(metadata),
  unsafe_metadata: v.optional(metadata),
  banned: flag,
  locked: flag,
})

export const userPatchFields = v.strictObject({
  ...common,
  primary_email_address_id: text,
  notify_primary_email_address_changed: flag,
  sign_out_of_other_sessions: flag,
})

type Common = Pick<v.InferOutput<typeof userPatchFields>, keyof typeof common>

/** @throws ClerkError 422 for a name, a password or an external id that cannot be this user's */
export function assertFields(ctx: Context, input: Common, userId?: string) {
  if (input.username) assertUsername(ctx, input.username, userId)
  if (input.external_id) {
    const owner = ctx.accounts.all().find(user => user.externalId === input.external_id)
    if (owner && owner.id !== userId) throw errors.identifierExists('external_id', 'external id')
  }
  if (input.password && !input.skip_password_checks) assertPassword(input.password, 'password')
}

/** @throws ClerkError 422 for an address that is none, that someone has, or that is named twice */
export function assertAddresses(ctx: Context, addresses: readonly string[]) {
  for (const address of addresses) assertEmail(ctx, address)
  if (new Set(addresses.map(address => address.toLowerCase())).size < addresses.length) throw errors.duplicateValues('email_address')
}

/** The fields in common, as accounts have them. What is left out stays, or has Clerk's default in a new user. */
export function accountFields(input: Common) {
  const { external_id, first_name, last_name, username } = input
  return {
    externalId: external_id === '' ? null : external_id,
    firstName: first_name === '' ? null : first_name,
    lastName: last_name === '' ? null : last_name,
    username: username === '' ? null : username,
    password: input.password ?? undefined,
    locale: input.locale,
    deleteSelfEnabled: input.delete_self_enabled ?? undefined,
    createOrganizationEnabled: input.create_organization_enabled ?? undefined,
    createOrganizationsLimit: input.create_organizations_limit ?? undefined,
    legalAcceptedAt: input.legal_accepted_at ?? undefined,
    createdAt: input.created_at ?? undefined,
  }
}
