import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import type { OrganizationInvitation } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { orderBy, page, pageOf } from './query.ts'

const metadata = v.nullish(v.record(v.string(), v.unknown()))

const createBody = v.object({
  email_address: v.pipe(v.string(), v.email()),
  role: v.string(),
  inviter_user_id: v.nullish(v.string()),
  public_metadata: metadata,
  private_metadata: metadata,
  redirect_url: v.nullish(v.string()),
  expires_in_days: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365))),
  notify: v.nullish(v.boolean()),
})
const bulkBody = v.pipe(v.array(createBody), v.minLength(1), v.maxLength(10))
const revokeBody = v.object({ requesting_user_id: v.nullish(v.string()) })

const status = v.optional(v.picklist(['pending', 'accepted', 'revoked', 'expired']))
const list = v.strictObject({ ...page, status, email_address: v.optional(v.string()), order_by: orderBy(['created_at', 'email_address']) })
const listOfUser = v.strictObject({ ...page, status })

/** `/v1/organizations/{id}/invitations`, and the list of those to a user. */
export function addOrganizationInvitationRoutes(router: Router, ctx: Context) {
  const { organizationInvitations: invitations, organizations, accounts } = ctx
  const param = (event: H3Event, name: string) => getRouterParam(event, name) ?? ''
  const organizationId = (event: H3Event) => organizations.get(param(event, 'id')).id
  const createdAt = (invitation: OrganizationInvitation) => invitation.createdAt

  const create = (id: string, input: v.InferOutput<typeof createBody>) => invitations.json(invitations.create(id, {
    emailAddress: input.email_address,
    role: input.role,
    inviterUserId: input.inviter_user_id,
    publicMetadata: input.public_metadata,
    privateMetadata: input.private_metadata,
    expiresInDays: input.expires_in_days,
  }))

  router.post('/v1/organizations/:id/invitations', guarded(ctx, async event =>
    create(organizationId(event), await readFields(event, createBody))))

  router.post('/v1/organizations/:id/invitations/bulk', guarded(ctx, async (event) => {
    const id = organizationId(event)
    const data = (await readFields(event, bulkBody)).map(input => create(id, input))
    return { data, total_count: data.length }
  }))

  router.get('/v1/organizations/:id/invitations', guarded(ctx, (event) => {
    const asked = v.parse(list, getQuery(event))
    const { field, descending } = asked.order_by
    const found = invitations.list({ organizationId: organizationId(event), status: asked.status, emailAddress: asked.email_address })
    return pageOf(found, { ...asked, descending }, field === 'created_at' ? createdAt : invitation => invitation.emailAddress, invitations.json)
  }))

  router.get('/v1/organizations/:id/invitations/:invitationId', guarded(ctx, event =>
    invitations.json(invitations.get(organizationId(event), param(event, 'invitationId')))))

  router.post('/v1/organizations/:id/invitations/:invitationId/revoke', guarded(ctx, async (event) => {
    const { requesting_user_id } = await readFields(event, revokeBody)
    return invitations.json(invitations.revoke(organizationId(event), param(event, 'invitationId'), requesting_user_id))
  }))

  router.get('/v1/users/:id/organization_invitations', guarded(ctx, (event) => {
    const asked = v.parse(listOfUser, getQuery(event))
    return pageOf(invitations.list({ to: accounts.get(param(event, 'id')), status: asked.status }), asked, createdAt, invitations.ownJson)
  }))
}
