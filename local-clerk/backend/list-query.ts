import * as v from 'valibot'
import { errors } from '../errors.ts'
import { flag, page, signedTexts, texts, wholeNumber } from './query.ts'

const orderFields = [
  'created_at', 'updated_at', 'email_address', 'web3wallet', 'first_name', 'last_name', 'phone_number', 'username',
  'last_active_at', 'last_sign_in_at',
] as const

export type OrderField = (typeof orderFields)[number]

const milliseconds = v.optional(wholeNumber)

/** Of several, Clerk keeps the first. Without a sign the order is ascending. */
const orderBy = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform(value => (typeof value === 'string' ? value : value[0] ?? '')),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const field = orderFields.find(each => each === dataset.value.replace(/^[+\- ]/, ''))
    if (field) return { field, descending: dataset.value.startsWith('-') }
    addIssue({ message: `Can be ${orderFields.join(', ')}, with + or - before it.` })
    return NEVER
  }),
)

const filters = v.strictObject({
  user_id: v.optional(signedTexts),
  external_id: v.optional(signedTexts),
  organization_id: v.optional(signedTexts),
  email_address: v.optional(texts),
  username: v.optional(texts),
  phone_number: v.optional(texts),
  web3_wallet: v.optional(texts),
  provider: v.optional(v.string()),
  provider_user_id: v.optional(texts),
  query: v.optional(v.string()),
  email_address_query: v.optional(v.string()),
  phone_number_query: v.optional(v.string()),
  username_query: v.optional(v.string()),
  name_query: v.optional(v.string()),
  banned: v.optional(flag),
  created_at_before: milliseconds,
  created_at_after: milliseconds,
  last_active_at_before: milliseconds,
  last_active_at_after: milliseconds,
  last_active_at_since: milliseconds,
  last_sign_in_at_before: milliseconds,
  last_sign_in_at_after: milliseconds,
})

const list = v.strictObject({
  ...filters.entries,
  ...page,
  order_by: v.optional(orderBy, '-created_at'),
  starting_after: v.optional(v.string()),
})

/** The parameters of `GET /v1/users` that choose users; `GET /v1/users/count` has the same. */
export type UserFilters = v.InferOutput<typeof filters>
/** All parameters of `GET /v1/users`. */
export type UserList = v.InferOutput<typeof list>

/** Clerk takes `user_id[]` for `user_id`. */
const withoutBrackets = (raw: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(raw).map(([name, value]) => [name.replace(/\[\]$/, ''), value]))

/** `provider` and `provider_user_id` name an account elsewhere together only. */
function withBoth<T extends UserFilters>(query: T): T {
  if ((query.provider === undefined) === (query.provider_user_id === undefined)) return query
  throw errors.paramMissing(query.provider === undefined ? 'provider' : 'provider_user_id')
}

/** @throws ValiError or ClerkError for a parameter that Clerk's OpenAPI does not allow, answered 422 */
export const readFilters = (raw: Record<string, unknown>): UserFilters => withBoth(v.parse(filters, withoutBrackets(raw)))

/** @throws ValiError or ClerkError for a parameter that Clerk's OpenAPI does not allow, answered 422 */
export const readList = (raw: Record<string, unknown>): UserList => withBoth(v.parse(list, withoutBrackets(raw)))
