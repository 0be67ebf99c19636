import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { assertEmail, assertPassword, assertUsername } from '../frontend/fields.ts'
import { readFields } from '../http/route.ts'
import { deletedUserJson, userJson } from '../json/user.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../types.ts'
import { guarded } from './guarded.ts'
import { readFilters, readList } from './list-query.ts'
import { countUsers, pageOfUsers } from './list-users.ts'
import { mergeMetadata } from './metadata.ts'

const metadata = v.optional(v.record(v.string(), v.unknown()))
const text = v.nullish(v.string())

const patchFields = {
  first_name: text,
  last_name: text,
  username: text,
  external_id: text,
  password: text,
  public_metadata: metadata,
  private_metadata: metadata,
  unsafe_metadata: metadata,
}

const createBody = v.object({ ...patchFields, email_address: v.optional(v.array(v.string())), created_at: v.nullish(v.pipe(v.string(), v.isoTimestamp())) })
const patchBody = v.object({ ...patchFields, primary_email_address_id: text })
const metadataBody = v.object({ public_metadata: metadata, private_metadata: metadata, unsafe_metadata: metadata })

/** `/v1/users`, as `UserApi.ts` of `@clerk/backend` calls it. */
export function addUserRoutes(router: Router, ctx: Context) {
  const json = (user: User) => userJson(user, ctx.url)
  const idOf = (event: H3Event) => getRouterParam(event, 'id') ?? ''

  router.get('/v1/users', guarded(ctx, event =>
    pageOfUsers(ctx.accounts.all(), readList(getQuery(event))).map(json)))

  router.get('/v1/users/count', guarded(ctx, event => ({
    object: 'total_count',
    total_count: countUsers(ctx.accounts.all(), readFilters(getQuery(event))),
  })))

  router.get('/v1/users/:id', guarded(ctx, event => json(ctx.accounts.get(idOf(event)))))

  router.post('/v1/users', guarded(ctx, async (event) => {
    const input = await readFields(event, createBody)
    const email = input.email_address?.[0]
    if (email) assertEmail(ctx, email)
    if (input.username) assertUsername(ctx, input.username)
    if (input.password) assertPassword(input.password, 'password')
    return json(ctx.accounts.create({
      firstName: input.first_name,
      lastName: input.last_name,
      username: input.username,
      email,
      password: input.password,
      externalId: input.external_id,
      publicMetadata: input.public_metadata,
      privateMetadata: input.private_metadata,
      unsafeMetadata: input.unsafe_metadata,
      createdAt: input.created_at ? Date.parse(input.created_at) : undefined,
    }))
  }))

  router.patch('/v1/users/:id', guarded(ctx, async (event) => {
    const input = await readFields(event, patchBody)
    const id = idOf(event)
    if (input.username) assertUsername(ctx, input.username, id)
    if (input.password) assertPassword(input.password, 'password')
    return json(ctx.accounts.update(id, {
      firstName: input.first_name,
      lastName: input.last_name,
      username: input.username,
      password: input.password,
      externalId: input.external_id,
      primaryEmailId: input.primary_email_address_id ?? undefined,
      publicMetadata: input.public_metadata,
      privateMetadata: input.private_metadata,
      unsafeMetadata: input.unsafe_metadata,
    }))
  }))

  router.patch('/v1/users/:id/metadata', guarded(ctx, async (event) => {
    const input = await readFields(event, metadataBody)
    const user = ctx.accounts.get(idOf(event))
    return json(ctx.accounts.update(user.id, {
      publicMetadata: mergeMetadata(user.publicMetadata, input.public_metadata),
      privateMetadata: mergeMetadata(user.privateMetadata, input.private_metadata),
      unsafeMetadata: mergeMetadata(user.unsafeMetadata, input.unsafe_metadata),
    }))
  }))

  router.put('/v1/users/:id/metadata', guarded(ctx, async (event) => {
    const input = await readFields(event, metadataBody)
    return json(ctx.accounts.update(idOf(event), {
      publicMetadata: input.public_metadata,
      privateMetadata: input.private_metadata,
      unsafeMetadata: input.unsafe_metadata,
    }))
  }))

  router.delete('/v1/users/:id', guarded(ctx, (event) => {
    const id = idOf(event)
    ctx.accounts.delete(id)
    return deletedUserJson(id)
  }))

  router.post('/v1/users/:id/ban', guarded(ctx, event => json(ctx.accounts.setBanned(idOf(event), true))))
  router.post('/v1/users/:id/unban', guarded(ctx, event => json(ctx.accounts.setBanned(idOf(event), false))))
}
