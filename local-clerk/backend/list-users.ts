import { errors } from '../errors.ts'
import type { User } from '../state/schema.ts'
import type { OrderField, UserFilters, UserList } from './list-query.ts'
import { holds, isBetween, isNamed, isOfNamed } from './query.ts'

type OrganizationsOf = (userId: string) => string[]

const primaryAddress = (user: User) => user.emails.find(email => email.id === user.primaryEmailId)?.address ?? ''

/** What each order sorts by. Users without the value come first in an ascending list; Clerk does not say where. */
const sortKeys: Record<OrderField, (user: User) => string | number> = {
  created_at: user => user.createdAt,
  updated_at: user => user.updatedAt,
  last_sign_in_at: user => user.lastSignInAt ?? 0,
  last_active_at: user => user.lastActiveAt ?? 0,
  email_address: primaryAddress,
  first_name: user => user.firstName ?? '',
  last_name: user => user.lastName ?? '',
  username: user => user.username ?? '',
  phone_number: () => '',
  web3wallet: () => '',
}

/**
 * One page of `GET /v1/users`, by Clerk's OpenAPI. Users with equal values are ordered by id, in the direction of the
 * list, so that a descending list is the ascending one turned round and a cursor never skips anyone.
 * @param organizationsOf the ids of a user's organizations
 * @param users unchanged since the last call where it is the same array: its orders are remembered
 * @throws ClerkError 422 for a cursor with another order than `created_at`, with an offset, or of nobody
 */
export function pageOfUsers(users: readonly User[], query: UserList, organizationsOf: OrganizationsOf): User[] {
  const ordered = inOrder(users, query.order_by)
  return ordered.values()
    .drop(placeOfCursor(ordered, query))
    .filter(matches(query, organizationsOf))
    .drop(query.offset)
    .take(query.limit)
    .toArray()
}

/** How many users the filters leave. */
export function countUsers(users: readonly User[], query: UserFilters, organizationsOf: OrganizationsOf): number {
  return users.filter(matches(query, organizationsOf)).length
}

const orders = new WeakMap<readonly User[], Map<string, readonly User[]>>()

function inOrder(users: readonly User[], { field, descending }: UserList['order_by']): readonly User[] {
  const known = orders.get(users) ?? new Map<string, readonly User[]>()
  orders.set(users, known)
  const name = `${descending ? '-' : '+'}${field}`
  const ordered = known.get(name) ?? sort(users, sortKeys[field], descending ? -1 : 1)
  known.set(name, ordered)
  return ordered
}

function sort(users: readonly User[], keyOf: (user: User) => string | number, direction: 1 | -1): readonly User[] {
  const compare = <T extends string | number>(a: T, b: T) => a < b ? -1 : a > b ? 1 : 0
  return users.toSorted((a, b) => direction * (compare(keyOf(a), keyOf(b)) || compare(a.id, b.id)))
}

function placeOfCursor(ordered: readonly User[], { starting_after: id, order_by, offset }: UserList): number {
  if (id === undefined) return 0
  if (order_by.field !== 'created_at') throw errors.valueInvalid('starting_after', 'starting_after needs the order created_at.')
  if (offset > 0) throw errors.valueInvalid('starting_after', 'starting_after cannot be combined with an offset.')
  const index = ordered.findIndex(user => user.id === id)
  // Clerk's OpenAPI does not say what an id of nobody gets. 422 is the refusal that it lists for bad parameters.
  if (index === -1) throw errors.valueInvalid('starting_after', `No user was found with id ${id}`)
  return index + 1
}

/** Nobody here has a phone number, a wallet or an account elsewhere, so asking for one finds nobody. */
function asksForWhatNobodyHas(query: UserFilters): boolean {
  return [query.phone_number, query.phone_number_query, query.web3_wallet, query.provider, query.provider_user_id].some(asked => asked !== undefined)
}

function matches(query: UserFilters, organizationsOf: OrganizationsOf): (user: User) => boolean {
  if (asksForWhatNobodyHas(query)) return () => false
  const addresses = query.email_address?.map(address => address.toLowerCase())
  const ownAddresses = (user: User) => user.emails.map(email => email.address.toLowerCase())
  const name = (user: User) => [user.firstName, user.lastName].filter(Boolean).join(' ')

  return user => isNamed(query.user_id, user.id)
    && isNamed(query.external_id, user.externalId ?? '')
    && isOfNamed(query.organization_id, () => organizationsOf(user.id))
    && (!query.username || query.username.includes(user.username ?? ''))
    && (!addresses || ownAddresses(user).some(address => addresses.includes(address)))
    && (query.banned === undefined || user.banned === query.banned)
    && isBetween(user.createdAt, query.created_at_after, query.created_at_before)
    && isBetween(user.lastActiveAt, query.last_active_at_after, query.last_active_at_before)
    && isBetween(user.lastSignInAt, query.last_sign_in_at_after, query.last_sign_in_at_before)
    && (query.last_active_at_since === undefined || (user.lastActiveAt ?? -Infinity) >= query.last_active_at_since)
    && holds(query.username_query, [user.username])
    && holds(query.name_query, [name(user)])
    && holds(query.email_address_query, ownAddresses(user))
    && holds(query.query, [user.id, user.username, name(user), ...ownAddresses(user)])
}
