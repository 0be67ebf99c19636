import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import type { Client } from '../state/schema.ts'
import type { Context } from '../types.ts'
import { answer, requireClient } from './browser.ts'
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
      const input = event.method === 'GET' ? {} : await readFields(event, fields)
      const signUp = finishWhenReady(client, run(client, input, getRouterParam(event, 'id') ?? ''))
      const response = signUpJson(signUp)
      const answered = await answer(ctx, event, client, response)
      if (signUp.createdUserId) ctx.browsers.attempts(client).signUp = null
      return answered
    })
  }

  function create(client: Client, input: Fields): SignUp {
    const signUp = fill({
      id: newId('sua'),
      firstName: null,
      lastName: null,
      username: null,
      emailAddress: null,
      emailVerified: false,
      codeSent: false,
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
      Object.assign(signUp, { emailAddress: input.email_address, emailVerified: false, codeSent: false })
    }
    return signUp
  }

  function prepare(client: Client, _input: Fields, id: string): SignUp {
    const signUp = current(client, id)
    if (!signUp.emailAddress) throw errors.formatInvalid('email_address', 'Enter an email address first.')
    sendCode(ctx, signUp.emailAddress, null)
    signUp.codeSent = true
    return signUp
  }

  function attempt(client: Client, input: Fields, id: string): SignUp {
    const signUp = current(client, id)
    checkCode(input.code)
    signUp.emailVerified = true
    return signUp
  }

  function finishWhenReady(client: Client, signUp: SignUp): SignUp {
    if (signUp.createdUserId || missingFields(signUp).length > 0 || !signUp.emailVerified) return signUp
    const user = ctx.accounts.create({
      firstName: signUp.firstName,
      lastName: signUp.lastName,
      username: signUp.username,
      email: signUp.emailAddress,
      password: signUp.password,
      unsafeMetadata: signUp.unsafeMetadata,
    })
    const session = ctx.browsers.signIn(client, user.id)
    return Object.assign(signUp, { createdUserId: user.id, createdSessionId: session.id })
  }
}
