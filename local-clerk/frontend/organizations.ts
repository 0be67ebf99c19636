import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { pageOf } from '../backend/query.ts'
import { route } from '../http/route.ts'
import type { Membership } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireSession, type SignedIn } from './browser.ts'

/** clerk-js sends more parameters than these lists use here. */
const list = v.object({
  limit: v.optional(v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(1), v.maxValue(500)), '10'),
  offset: v.optional(v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(0)), '0'),
  status: v.optional(v.picklist(['pending', 'accepted', 'revoked', 'expired'])),
})

/** The organizations of the person who is signed in, and the invitations to them. Which organization is active is not kept. */
export function addOwnOrganizationRoutes(router: Router, ctx: Context) {
  const { memberships, organizationInvitations: invitations } = ctx

  function ownMembership(membership: Membership) {
    const { organization: { private_metadata: _private, created_by: _creator, ...organization }, ...rest } = withoutPrivate(memberships.json)(membership)
    return { ...rest, organization }
  }

  const mine = (run: (signedIn: SignedIn, event: H3Event) => unknown) => route((event) => {
    const signedIn = requireSession(ctx, event)
    return answer(ctx, event, signedIn.client, run(signedIn, event))
  })

  router.get('/v1/me/organization_memberships', mine(({ user }, event) =>
    pageOf(memberships.list({ userId: user.id }), v.parse(list, getQuery(event)), ({ createdAt }) => createdAt, ownMembership)))

  router.delete('/v1/me/organization_memberships/:id', mine(({ user }, event) =>
    ({ object: 'organization_membership', id: memberships.remove(getRouterParam(event, 'id') ?? '', user.id).id, deleted: true })))

  router.get('/v1/me/organization_invitations', mine(({ user }, event) => {
    const asked = v.parse(list, getQuery(event))
    return pageOf(invitations.list({ to: user, status: asked.status }), asked, ({ createdAt }) => createdAt, withoutPrivate(invitations.ownJson))
  }))

  router.post('/v1/me/organization_invitations/:id/accept', mine(({ user }, event) =>
    withoutPrivate(invitations.ownJson)(invitations.accept(getRouterParam(event, 'id') ?? '', user))))
}

/** What only the Backend API shows stays there. */
const withoutPrivate = <T, J extends { private_metadata: unknown }>(json: (row: T) => J) => (row: T) => {
  const { private_metadata: _private, ...rest } = json(row)
  return rest
}
