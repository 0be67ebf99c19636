import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields } from '../http/route.ts'
import { deletedJson } from '../json/answers.ts'
import { emailAddressJson } from '../json/user.ts'
import { newEmailAddress } from '../state/new-user.ts'
import type { EmailAddress, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { assertAddresses } from './user-fields.ts'

const flag = v.nullish(v.boolean())
const patch = v.strictObject({ verified: flag, primary: flag, notify_primary_email_address_changed: flag })
const newAddress = v.strictObject({ ...patch.entries, user_id: v.string(), email_address: v.string() })

/** `/v1/email_addresses`, as `EmailAddressApi.ts` of `@clerk/backend` calls it. */
export function addEmailAddressRoutes(router: Router, ctx: Context) {
  router.post('/v1/email_addresses', guarded(ctx, async (event) => {
    const input = await readFields(event, newAddress)
    const user = ctx.accounts.get(input.user_id)
    assertAddresses(ctx, [input.email_address])
    const email = newEmailAddress(input.email_address, ctx.now(), { verified: input.verified ?? false, verifiedBy: 'admin' })
    if (input.primary && !email.verified) throw errors.verificationNeeded('primary')
    const isPrimary = input.primary || user.emails.length === 0
    ctx.accounts.update(user.id, { emails: [...user.emails, email], ...isPrimary ? { primaryEmailId: email.id } : {} })
    return emailAddressJson(email)
  }))

  router.get('/v1/email_addresses/:id', guarded(ctx, event => emailAddressJson(find(event).email)))

  router.patch('/v1/email_addresses/:id', guarded(ctx, async (event) => {
    const { user, email } = find(event)
    const input = await readFields(event, patch)
    const verified = input.verified ?? email.verified
    if (input.primary && !verified) throw errors.verificationNeeded('primary')
    const changed: EmailAddress = verified === email.verified ? email : { ...email, verified, verifiedBy: 'admin', reserved: false, updatedAt: ctx.now() }
    ctx.accounts.update(user.id, {
      emails: user.emails.map(each => each.id === email.id ? changed : each),
      ...input.primary ? { primaryEmailId: email.id } : {},
    })
    return emailAddressJson(changed)
  }))

  router.delete('/v1/email_addresses/:id', guarded(ctx, (event) => {
    const { user, email } = find(event)
    const emails = user.emails.filter(each => each.id !== email.id)
    if (emails.length === 0) throw errors.lastEmailAddress()
    const primaryEmailId = user.primaryEmailId === email.id ? emails.find(each => each.verified)?.id ?? null : user.primaryEmailId
    ctx.accounts.update(user.id, { emails, primaryEmailId })
    return deletedJson('email_address', email.id)
  }))

  function find(event: H3Event): { user: User, email: EmailAddress } {
    const id = getRouterParam(event, 'id')
    for (const user of ctx.accounts.all()) {
      const email = user.emails.find(each => each.id === id)
      if (email) return { user, email }
    }
    throw errors.notFound('That email address')
  }
}
