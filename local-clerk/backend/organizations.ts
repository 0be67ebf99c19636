import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import { deletedOrganizationJson, organizationJson } from '../json/organization.ts'
import type { Organization } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { mergeMetadata } from './metadata.ts'
import { flag, holds, isNamed, isOfNamed, orderBy, page, pageOf, signedTexts } from './query.ts'

const metadata = v.nullish(v.record(v.string(), v.unknown()))
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(256))
const slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/, 'Small letters, digits and dashes only.'))
const limit = v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0)))
const time = v.nullish(v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse)))

const createBody = v.object({
  name,
  slug: v.nullish(slug),
  created_by: v.nullish(v.string()),
  max_allowed_memberships: limit,
  public_metadata: metadata,
  private_metadata: metadata,
  created_at: time,
})
const patchBody = v.object({
  name: v.nullish(name),
  slug: v.nullish(slug),
  max_allowed_memberships: limit,
  admin_delete_enabled: v.nullish(v.boolean()),
  public_metadata: metadata,
  private_metadata: metadata,
  created_at: time,
})
const metadataBody = v.strictObject({ public_metadata: metadata, private_metadata: metadata })

const one = v.strictObject({ include_members_count: v.optional(flag), include_missing_member_with_elevated_permissions: v.optional(flag) })
const list = v.strictObject({
  ...page,
  ...one.entries,
  query: v.optional(v.string()),
  user_id: v.optional(signedTexts),
  organization_id: v.optional(signedTexts),
  order_by: orderBy(['created_at', 'name', 'members_count']),
})

/** `/v1/organizations`, as `OrganizationApi.ts` of `@clerk/backend` calls it. */
export function addOrganizationRoutes(router: Router, ctx: Context) {
  const { organizations, memberships } = ctx
  const idOf = (event: H3Event) => getRouterParam(event, 'id') ?? ''
  const members = ({ id }: Organization) => memberships.list({ organizationId: id })
  const json = (organization: Organization, counted = false) => organizationJson(organization, ctx.url, counted ? members(organization).length : undefined)

  router.get('/v1/organizations', guarded(ctx, (event) => {
    const asked = v.parse(list, getQuery(event))
    const found = organizations.list().filter(organization =>
      isNamed(asked.organization_id, organization.id)
      && isOfNamed(asked.user_id, () => members(organization).map(({ userId }) => userId))
      && (asked.query === organization.id || holds(asked.query, [organization.name, organization.slug])))
    const { field, descending } = asked.order_by
    const keyOf = (organization: Organization) => field === 'name' ? organization.name : field === 'members_count' ? members(organization).length : organization.createdAt
    return pageOf(found, { ...asked, descending }, keyOf, organization => json(organization, asked.include_members_count))
  }))

  router.post('/v1/organizations', guarded(ctx, async (event) => {
    const input = await readFields(event, createBody)
    return json(organizations.create({
      name: input.name,
      slug: input.slug,
      createdBy: input.created_by,
      maxAllowedMemberships: input.max_allowed_memberships,
      publicMetadata: input.public_metadata,
      privateMetadata: input.private_metadata,
      createdAt: input.created_at ?? undefined,
    }))
  }))

  router.get('/v1/organizations/:id', guarded(ctx, event =>
    json(organizations.get(idOf(event)), v.parse(one, getQuery(event)).include_members_count)))

  router.patch('/v1/organizations/:id', guarded(ctx, async (event) => {
    const input = await readFields(event, patchBody)
    return json(organizations.update(idOf(event), {
      name: input.name ?? undefined,
      slug: input.slug ?? undefined,
      maxAllowedMemberships: input.max_allowed_memberships ?? undefined,
      adminDeleteEnabled: input.admin_delete_enabled ?? undefined,
      publicMetadata: input.public_metadata ?? undefined,
      privateMetadata: input.private_metadata ?? undefined,
      createdAt: input.created_at ?? undefined,
    }))
  }))

  router.delete('/v1/organizations/:id', guarded(ctx, event => deletedOrganizationJson(organizations.delete(idOf(event)))))

  router.patch('/v1/organizations/:id/metadata', guarded(ctx, async (event) => {
    const input = await readFields(event, metadataBody)
    const before = organizations.get(idOf(event))
    return json(organizations.update(before.id, {
      publicMetadata: mergeMetadata(before.publicMetadata, input.public_metadata ?? undefined),
      privateMetadata: mergeMetadata(before.privateMetadata, input.private_metadata ?? undefined),
    }))
  }))

  router.put('/v1/organizations/:id/metadata', guarded(ctx, async (event) => {
    const input = await readFields(event, metadataBody)
    return json(organizations.update(idOf(event), {
      publicMetadata: input.public_metadata ?? undefined,
      privateMetadata: input.private_metadata ?? undefined,
    }))
  }))
}
