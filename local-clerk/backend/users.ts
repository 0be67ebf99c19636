import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { forgetPicture, readPicture, setPicture } from '../frontend/profile-image.ts'
import { readFields } from '../http/route.ts'
import { deletedUserJson, userJson } from '../json/user.ts'
import { passwordMatches } from '../state/passwords.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { createUser, updateUser } from './change-user.ts'
import { guarded } from './guarded.ts'
import { readFilters, readList } from './list-query.ts'
import { countUsers, pageOfUsers } from './list-users.ts'
import { mergeMetadata } from './metadata.ts'
import { metadata } from './user-fields.ts'

const metadataBody = v.strictObject({ public_metadata: v.optional(metadata), private_metadata: v.optional(metadata), unsafe_metadata: v.optional(metadata) })
const passwordBody = v.strictObject({ password: v.string() })

/** `/v1/users`, as `UserApi.ts` of `@clerk/backend` calls it. */
export function addUserRoutes(router: Router, ctx: Context) {
  const json = (user: User) => userJson(user, ctx.url, ctx.now())
  const idOf = (event: H3Event) => getRouterParam(event, 'id') ?? ''
  const organizationsOf = (userId: string) => ctx.memberships.list({ userId }).map(({ organizationId }) => organizationId)
  const onUser = (change: (user: User, event: H3Event) => User | Promise<User>) =>
    guarded(ctx, async event => json(await change(ctx.accounts.get(idOf(event)), event)))

  router.get('/v1/users', guarded(ctx, event =>
    pageOfUsers(ctx.accounts.all(), readList(getQuery(event)), organizationsOf).map(json)))
  router.get('/v1/users/count', guarded(ctx, event => ({
    object: 'total_count',
    total_count: countUsers(ctx.accounts.all(), readFilters(getQuery(event)), organizationsOf),
  })))
  router.get('/v1/users/:id', onUser(user => user))
  router.post('/v1/users', guarded(ctx, async event => json(await createUser(ctx, event))))
  router.patch('/v1/users/:id', guarded(ctx, async event => json(await updateUser(ctx, event, idOf(event)))))

  router.patch('/v1/users/:id/metadata', onUser(async (user, event) => {
    const input = await readFields(event, metadataBody)
    return ctx.accounts.update(user.id, {
      publicMetadata: mergeMetadata(user.publicMetadata, input.public_metadata),
      privateMetadata: mergeMetadata(user.privateMetadata, input.private_metadata),
      unsafeMetadata: mergeMetadata(user.unsafeMetadata, input.unsafe_metadata),
    })
  }))
  router.put('/v1/users/:id/metadata', onUser(async (user, event) => {
    const input = await readFields(event, metadataBody)
    return ctx.accounts.update(user.id, {
      publicMetadata: input.public_metadata,
      privateMetadata: input.private_metadata,
      unsafeMetadata: input.unsafe_metadata,
    })
  }))

  router.delete('/v1/users/:id', guarded(ctx, (event) => {
    const { id, externalId } = ctx.accounts.get(idOf(event))
    ctx.accounts.delete(id)
    return deletedUserJson(id, externalId)
  }))

  router.post('/v1/users/:id/ban', onUser(user => ctx.accounts.setBanned(user.id, true)))
  router.post('/v1/users/:id/unban', onUser(user => ctx.accounts.setBanned(user.id, false)))
  router.post('/v1/users/:id/lock', onUser(user => ctx.accounts.setLocked(user.id, true)))
  router.post('/v1/users/:id/unlock', onUser(user => ctx.accounts.setLocked(user.id, false)))

  router.post('/v1/users/:id/verify_password', guarded(ctx, async (event) => {
    const user = ctx.accounts.get(idOf(event))
    const { password } = await readFields(event, passwordBody)
    if (!user.passwordHash) throw errors.noPassword()
    if (!passwordMatches(password, user.passwordHash)) throw errors.passwordIncorrect()
    return { verified: true }
  }))

  router.post('/v1/users/:id/profile_image', onUser(async (user, event) => setPicture(ctx, user, await readPicture(event)).user))
  router.delete('/v1/users/:id/profile_image', onUser(user => forgetPicture(ctx, user)))
}
