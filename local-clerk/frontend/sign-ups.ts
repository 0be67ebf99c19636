import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import type { Client } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireClient, requireNoSession } from './browser.ts'
import { checkCode, sendCode } from './code.ts'
import { assertEmail, assertPassword, assertUsername, metadataField } from './fields.ts'
import { missingFields, type SignUp, signUpJson } from './sign-up-attempt.ts'

const fields = v.object({
  first_name: v.optional(v.string()),
  last_name: v.optional(v.string()),
  username: v.optional(v.string()),
  email_address: v.optional(v.string()),
  password: v.optional(v.string()),
  unsafe_metadata: v.optional(metadataField),
  strategy: v.optional(v.string()),
  ticket: v.optional(v.string()),
  code: v.optional(v.string()),
})

type Fields = v.InferOutput<typeof fields>

/** Sign-up with a name, an optional username, an e-mail address and its code, and a password. */
export function addSignUpRoutes(router: Router, ctx: Context) {
  const base = '/v1/client/sign_ups'
  router.post(base, step(create))
  router.get(`${base}/:id`, step((client, _fields, id) => current(client, id)))
  router.patch(`${base}/:id`, step((client, input, id) => fill(current(client, id), input)))
  router.post(`${base}/:id/prepare_verification`, step(prepare))
  router.post(`${base}/:id/attempt_verification`, step(attempt))

  function step(run: (client: Client, fields: Fields, id: string) => SignUp) {
    return route(async (event: H3Event) => {
      const client = requireClient(ctx, event)
      if (event.method !== 'GET') await requireNoSession(ctx, event, client)
      const input = event.method === 'GET' ? {} : await readFields(event, fields)
      const signUp = finishWhenReady(client, run(client, input, getRouterParam(event, 'id') ?? ''))
      const answered = await answer(ctx, event, client, signUpJson(signUp, ctx))
      if (signUp.createdUserId) ctx.browsers.attempts(client).signUp = null
      return answered
    })
  }

  function create(client: Client, input: Fields): SignUp {
    if (ctx.settings.signUpMode === 'restricted') throw errors.signUpRestricted()
    if (ctx.settings.signUpMode === 'waitlist') throw errors.signUpWaits()
    if (input.strategy === 'ticket') throw ctx.signInTokens.has(input.ticket) ? errors.signInTokenNotInSignIn() : errors.ticketInvalid()
    if (input.strategy !== undefined && input.strategy !== 'email_code') throw errors.strategyUnknown(input.strategy)
    const signUp = fill({
      id: newId('sua'),
      firstName: null,
      lastName: null,
      username: null,
      emailAddress: null,
      emailVerified: false,
      code: null,
      password: null,
      unsafeMetadata: {},
      createdSessionId: null,
      createdUserId: null,
      at: ctx.now(),
    }, input)
    ctx.browsers.attempts(client).signUp = signUp
    return signUp
  }

  function current(client: Client, id: string): SignUp {
    const { signUp } = ctx.browsers.attempts(client)
    if (!signUp || signUp.id !== id) throw errors.notFound('That sign-up')
    return signUp
  }

  function fill(signUp: SignUp, input: Fields): SignUp {
    if (input.username) assertUsername(ctx, input.username)
    if (input.email_address) assertEmail(ctx, input.email_address)
    if (input.password !== undefined) assertPassword(input.password, 'password')
    if (input.first_name !== undefined) signUp.firstName = input.first_name || null
    if (input.last_name !== undefined) signUp.lastName = input.last_name || null
    if (input.username !== undefined) signUp.username = input.username || null
    if (input.password !== undefined) signUp.password = input.password
    if (input.unsafe_metadata !== undefined) signUp.unsafeMetadata = input.unsafe_metadata
    if (input.email_address && input.email_address !== signUp.emailAddress) {
      Object.assign(signUp, { emailAddress: input.email_address, emailVerified: false, code: null })
    }
    return signUp
  }

  function prepare(client: Client, input: Fields, id: string): SignUp {
    const signUp = current(client, id)
    if (!signUp.emailAddress) throw errors.paramMissing('email_address')
    if (input.strategy !== undefined && input.strategy !== 'email_code') throw errors.strategyInvalid()
    if (signUp.emailVerified) throw errors.verificationDone()
    return Object.assign(signUp, { code: sendCode(ctx, signUp.emailAddress, null, 'email_code') })
  }

  function attempt(client: Client, input: Fields, id: string): SignUp {
    const signUp = current(client, id)
    if (signUp.emailVerified) throw errors.verificationDone()
    checkCode(ctx, signUp.code, input.strategy ?? 'email_code', input.code)
    return Object.assign(signUp, { emailVerified: true })
  }

  function finishWhenReady(client: Client, signUp: SignUp): SignUp {
    if (signUp.createdUserId || missingFields(signUp, ctx.settings).length > 0 || !signUp.emailVerified) return signUp
    const user = ctx.accounts.create({
      firstName: signUp.firstName,
      lastName: signUp.lastName,
      username: signUp.username,
      email: signUp.emailAddress,
      password: signUp.password,
      unsafeMetadata: signUp.unsafeMetadata,
    })
    const session = ctx.browsers.signIn(client, user.id, { strategy: 'email_code' })
    return Object.assign(signUp, { createdUserId: user.id, createdSessionId: session.id })
  }
}
