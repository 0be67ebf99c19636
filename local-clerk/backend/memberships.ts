import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import type { Membership, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { mergeMetadata } from './metadata.ts'
import { holds, isBetween, isNamed, orderBy, page, pageOf, signedTexts, texts, wholeNumber } from './query.ts'

const metadata = v.nullish(v.record(v.string(), v.unknown()))

const createBody = v.object({ user_id: v.string(), role: v.string(), public_metadata: metadata, private_metadata: metadata })
const patchBody = v.object({ role: v.string() })
const metadataBody = v.strictObject({ public_metadata: metadata, private_metadata: metadata })

const listAll = v.strictObject({ ...page, order_by: orderBy(['created_at', 'email_address', 'first_name', 'last_name', 'username', 'phone_number']) })
const listOfUser = v.strictObject(page)
const words = v.optional(v.string())
const time = v.optional(wholeNumber)
const listOfOrganization = v.strictObject({
  ...listAll.entries,
  user_id: v.optional(signedTexts),
  email_address: v.optional(texts),
  username: v.optional(texts),
  phone_number: v.optional(texts),
  web3_wallet: v.optional(texts),
  role: v.optional(texts),
  query: words,
  email_address_query: words,
  phone_number_query: words,
  username_query: words,
  name_query: words,
  created_at_before: time,
  created_at_after: time,
  last_active_at_before: time,
  last_active_at_after: time,
})
type Asked = v.InferOutput<typeof listOfOrganization>

/** `/v1/organizations/{id}/memberships`, and the lists of a user's and of all memberships. */
export function addMembershipRoutes(router: Router, ctx: Context) {
  const { memberships, organizations, accounts } = ctx
  const param = (event: H3Event, name: string) => getRouterParam(event, name) ?? ''
  const organizationId = (event: H3Event) => organizations.get(param(event, 'id')).id

  function keyOf({ field }: { field: string }) {
    return (membership: Membership) => field === 'created_at' ? membership.createdAt : sortText(accounts.get(membership.userId), field)
  }

  router.get('/v1/organization_memberships', guarded(ctx, (event) => {
    const asked = v.parse(listAll, getQuery(event))
    return pageOf(memberships.list({}), { ...asked, descending: asked.order_by.descending }, keyOf(asked.order_by), memberships.json)
  }))

  router.get('/v1/users/:id/organization_memberships', guarded(ctx, event =>
    pageOf(memberships.list({ userId: accounts.get(param(event, 'id')).id }), v.parse(listOfUser, getQuery(event)), membership => membership.createdAt, memberships.json)))

  router.get('/v1/organizations/:id/memberships', guarded(ctx, (event) => {
    const asked = v.parse(listOfOrganization, getQuery(event))
    const found = memberships.list({ organizationId: organizationId(event) }).filter(membership => matches(asked, membership, accounts.get(membership.userId)))
    return pageOf(found, { ...asked, descending: asked.order_by.descending }, keyOf(asked.order_by), memberships.json)
  }))

  router.post('/v1/organizations/:id/memberships', guarded(ctx, async (event) => {
    const input = await readFields(event, createBody)
    return memberships.json(memberships.add(organizationId(event), { userId: input.user_id, role: input.role, publicMetadata: input.public_metadata, privateMetadata: input.private_metadata }))
  }))

  router.patch('/v1/organizations/:id/memberships/:userId', guarded(ctx, async (event) => {
    const { role } = await readFields(event, patchBody)
    return memberships.json(memberships.update(organizationId(event), param(event, 'userId'), { role }))
  }))

  router.patch('/v1/organizations/:id/memberships/:userId/metadata', guarded(ctx, async (event) => {
    const input = await readFields(event, metadataBody)
    const before = memberships.get(organizationId(event), param(event, 'userId'))
    return memberships.json(memberships.update(before.organizationId, before.userId, {
      publicMetadata: mergeMetadata(before.publicMetadata, input.public_metadata ?? undefined),
      privateMetadata: mergeMetadata(before.privateMetadata, input.private_metadata ?? undefined),
    }))
  }))

  router.delete('/v1/organizations/:id/memberships/:userId', guarded(ctx, event =>
    memberships.json(memberships.remove(organizationId(event), param(event, 'userId')))))
}

function sortText(user: User, field: string): string {
  switch (field) {
    case 'email_address': return user.emails.find(email => email.id === user.primaryEmailId)?.address ?? ''
    case 'first_name': return user.firstName ?? ''
    case 'last_name': return user.lastName ?? ''
    case 'username': return user.username ?? ''
    default: return ''
  }
}

/** Nobody here has a phone number or a wallet, so asking for one finds nobody. */
function matches(asked: Asked, { role }: Membership, user: User): boolean {
  if (asked.phone_number || asked.web3_wallet || asked.phone_number_query) return false
  const addresses = user.emails.map(email => email.address)
  const name = [user.firstName, user.lastName].filter(Boolean).join(' ')
  const wanted = asked.email_address?.map(address => address.toLowerCase())
  return isNamed(asked.user_id, user.id)
    && (!asked.role || asked.role.includes(role))
    && (!asked.username || asked.username.includes(user.username ?? ''))
    && (!wanted || addresses.some(address => wanted.includes(address.toLowerCase())))
    && holds(asked.query, [user.id, user.username, name, ...addresses])
    && holds(asked.email_address_query, addresses)
    && holds(asked.username_query, [user.username])
    && holds(asked.name_query, [name])
    && isBetween(user.createdAt, asked.created_at_after, asked.created_at_before)
    && isBetween(user.lastActiveAt, asked.last_active_at_after, asked.last_active_at_before)
}
