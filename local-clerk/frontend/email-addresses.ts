import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { deletedJson } from '../json/answers.ts'
import { emailAddressJson } from '../json/user.ts'
import { newEmailAddress } from '../state/new-user.ts'
import type { EmailAddress, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireSession } from './browser.ts'
import { checkCode, sendCode, type SentCode } from './code.ts'
import { assertEmail } from './fields.ts'

const newAddress = v.object({ email_address: v.string() })
const codeField = v.object({ code: v.optional(v.string()) })

/** The signed-in person's e-mail addresses: list, add, verify by code, remove. */
export function addEmailAddressRoutes(router: Router, ctx: Context) {
  const base = '/v1/me/email_addresses'
  const sent = new Map<string, SentCode>()

  router.get(base, route((event) => {
    const { user } = requireSession(ctx, event)
    return user.emails.map(emailAddressJson)
  }))

  router.post(base, route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    const { email_address: address } = await readFields(event, newAddress)
    assertEmail(ctx, address)
    const email = newEmailAddress(address, ctx.now(), { verified: false })
    ctx.accounts.update(user.id, { emails: [...user.emails, email] })
    return answer(ctx, event, client, emailAddressJson(email))
  }))

  router.get(`${base}/:id`, onEmail(email => email))

  router.post(`${base}/:id/prepare_verification`, onEmail((email, user) => {
    if (email.verified) throw errors.verificationDone()
    sent.set(email.id, sendCode(ctx, email.address, user.id, 'email_code'))
    return email
  }))

  router.post(`${base}/:id/attempt_verification`, onEmail(async (email, user, event) => {
    if (email.verified) throw errors.verificationDone()
    checkCode(ctx, sent.get(email.id), 'email_code', (await readFields(event, codeField)).code)
    sent.delete(email.id)
    const verified = { ...email, verified: true, updatedAt: ctx.now() }
    ctx.accounts.update(user.id, {
      emails: user.emails.map(each => each.id === email.id ? verified : each),
      primaryEmailId: user.primaryEmailId ?? email.id,
    })
    return verified
  }))

  router.delete(`${base}/:id`, route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    const email = emailOf(user, event)
    const emails = user.emails.filter(each => each.id !== email.id)
    if (email.verified && !emails.some(each => each.verified)) throw errors.lastEmailAddress()
    sent.delete(email.id)
    const primaryEmailId = user.primaryEmailId === email.id ? emails.find(each => each.verified)?.id ?? null : user.primaryEmailId
    ctx.accounts.update(user.id, { emails, primaryEmailId })
    return answer(ctx, event, client, deletedJson('email_address', email.id))
  }))

  function emailOf(user: User, event: H3Event): EmailAddress {
    const email = user.emails.find(each => each.id === getRouterParam(event, 'id'))
    if (!email) throw errors.notFound('That email address')
    return email
  }

  function onEmail(run: (email: EmailAddress, user: User, event: H3Event) => EmailAddress | Promise<EmailAddress>) {
    return route(async (event) => {
      const { client, user } = requireSession(ctx, event)
      const email = await run(emailOf(user, event), user, event)
      return answer(ctx, event, client, emailAddressJson(email))
    })
  }
}
