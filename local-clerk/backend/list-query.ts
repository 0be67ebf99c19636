import * as v from 'valibot'
import type { User } from '../state/schema.ts'

const wholeNumber = v.pipe(v.string(), v.regex(/^\d+$/, 'Must be a whole number.'), v.transform(Number))
const milliseconds = wholeNumber
const textList = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform(value => typeof value === 'string' ? value.split(',') : value),
)
const orderable = ['created_at', 'updated_at', 'last_sign_in_at', 'last_active_at'] as const

const orderBy = v.pipe(
  v.string(),
  v.regex(/^[+\- ]?(created_at|updated_at|last_sign_in_at|last_active_at)$/, `Can be ${orderable.join(', ')}, with + or - before it.`),
  v.transform(value => ({ descending: value.startsWith('-'), field: value.replace(/^[+\- ]/, '') })),
)

export const listQuery = v.object({
  limit: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(500)), '10'),
  offset: v.optional(wholeNumber, '0'),
  order_by: v.optional(orderBy, '-created_at'),
  created_at_before: v.optional(milliseconds),
  created_at_after: v.optional(milliseconds),
  last_active_at_before: v.optional(milliseconds),
  last_active_at_after: v.optional(milliseconds),
  user_id: v.optional(textList),
  email_address: v.optional(textList),
  username: v.optional(textList),
  external_id: v.optional(textList),
  query: v.optional(v.string()),
})

export type ListQuery = v.InferOutput<typeof listQuery>

const sortKeys: Record<string, (user: User) => number> = {
  created_at: user => user.createdAt,
  updated_at: user => user.updatedAt,
  last_sign_in_at: user => user.lastSignInAt ?? 0,
  last_active_at: user => user.lastActiveAt ?? 0,
}

/** The query with `user_id[]` read as `user_id`, as Clerk takes both. */
export function readListQuery(raw: Record<string, unknown>): ListQuery {
  const plain = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name.replace(/\[\]$/, ''), value]))
  return v.parse(listQuery, plain)
}

/** The users that the filters leave, in no order and unpaged. */
export function filterUsers(users: User[], query: ListQuery): User[] {
  const words = query.query?.toLowerCase()
  const addresses = query.email_address?.map(address => address.toLowerCase())
  return users.filter((user) => {
    const own = user.emails.map(email => email.address.toLowerCase())
    const texts = [user.id, user.username, user.firstName, user.lastName, `${user.firstName} ${user.lastName}`, ...own]
    return (!query.user_id || query.user_id.includes(user.id))
      && (!query.username || query.username.includes(user.username ?? ''))
      && (!query.external_id || query.external_id.includes(user.externalId ?? ''))
      && (!addresses || own.some(address => addresses.includes(address)))
      && (query.created_at_before === undefined || user.createdAt < query.created_at_before)
      && (query.created_at_after === undefined || user.createdAt > query.created_at_after)
      && (query.last_active_at_before === undefined || (user.lastActiveAt ?? 0) < query.last_active_at_before)
      && (query.last_active_at_after === undefined || (user.lastActiveAt ?? 0) > query.last_active_at_after)
      && (!words || texts.some(text => text?.toLowerCase().includes(words)))
  })
}

/** One page of `GET /v1/users`, ordered and cut by `limit` and `offset`. */
export function pageOfUsers(users: User[], query: ListQuery): User[] {
  const keyOf = sortKeys[query.order_by.field] ?? (user => user.createdAt)
  const direction = query.order_by.descending ? -1 : 1
  return filterUsers(users, query)
    .sort((a, b) => direction * (keyOf(a) - keyOf(b)) || (a.id < b.id ? -1 : 1))
    .slice(query.offset, query.offset + query.limit)
}
