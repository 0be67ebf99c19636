import type { H3Event, Router } from 'h3'
import * as v from 'valibot'
import { mergeMetadata } from '../backend/metadata.ts'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { deletedUserJson, ownUserJson } from '../json/user.ts'
import { passwordMatches } from '../state/passwords.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireClient, requireSession, type SignedIn } from './browser.ts'
import { assertPassword, assertUsername, metadataField } from './fields.ts'

const profile = v.object({
  first_name: v.optional(v.string()),
  last_name: v.optional(v.string()),
  username: v.optional(v.string()),
  primary_email_address_id: v.optional(v.string()),
  unsafe_metadata: v.optional(metadataField),
})

const metadata = v.object({ unsafe_metadata: metadataField })

const passwords = v.object({
  current_password: v.optional(v.string()),
  new_password: v.string(),
  sign_out_of_other_sessions: v.optional(v.string()),
})

function assertVerified(user: User, emailId: string) {
  const email = user.emails.find(each => each.id === emailId)
  if (!email) throw errors.notFound('That email address')
  if (!email.verified) throw errors.verificationNeeded('primary_email_address_id')
}

const orNull = (text: string | undefined) => text === undefined ? undefined : text.trim() || null

/** The signed-in person's own profile and password. */
export function addMeRoutes(router: Router, ctx: Context) {
  router.get('/v1/me', mine(({ user }) => user))
  router.patch('/v1/me', mine(async ({ user }, event) => {
    const input = await readFields(event, profile)
    if (input.username) assertUsername(ctx, input.username, user.id)
    if (input.primary_email_address_id) assertVerified(user, input.primary_email_address_id)
    return ctx.accounts.update(user.id, {
      firstName: orNull(input.first_name),
      lastName: orNull(input.last_name),
      username: orNull(input.username),
      primaryEmailId: input.primary_email_address_id,
      unsafeMetadata: input.unsafe_metadata,
    })
  }))
  router.patch('/v1/me/metadata', mine(async ({ user }, event) => {
    const input = await readFields(event, metadata)
    return ctx.accounts.update(user.id, { unsafeMetadata: mergeMetadata(user.unsafeMetadata, input.unsafe_metadata) })
  }))
  router.post('/v1/me/change_password', mine(async ({ user, session }, event) => {
    const input = await readFields(event, passwords)
    if (user.passwordHash && !passwordMatches(input.current_password ?? '', user.passwordHash)) {
      throw errors.currentPasswordIncorrect()
    }
    assertPassword(input.new_password, 'new_password')
    if (input.sign_out_of_other_sessions === 'true') {
      for (const other of ctx.store.sessions.values()) {
        if (other.userId === user.id && other.id !== session.id) ctx.browsers.finish(other, 'revoked')
      }
    }
    return ctx.accounts.update(user.id, { password: input.new_password })
  }))

  router.delete('/v1/me', route(async (event) => {
    const { user } = requireSession(ctx, event)
    ctx.accounts.delete(user.id)
    return answer(ctx, event, requireClient(ctx, event), deletedUserJson(user.id))
  }))

  // What the components ask for and this instance does not have.
  router.get('/v1/me/organization_suggestions', none({ data: [], total_count: 0 }))
  router.get('/v1/me/enterprise_connections', none([]))

  function mine(run: (signedIn: SignedIn, event: H3Event) => User | Promise<User>) {
    return route(async (event) => {
      const signedIn = requireSession(ctx, event)
      const user = await run(signedIn, event)
      return answer(ctx, event, signedIn.client, ownUserJson(user, ctx.url))
    })
  }

  function none(response: unknown) {
    return route(event => answer(ctx, event, requireSession(ctx, event).client, response))
  }
}
