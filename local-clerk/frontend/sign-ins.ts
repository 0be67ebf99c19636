import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import { passwordMatches } from '../state/passwords.ts'
import type { Client, User } from '../state/schema.ts'
import type { Context } from '../types.ts'
import { answer, requireClient } from './browser.ts'
import { checkCode, sendCode } from './code.ts'
import { assertPassword } from './fields.ts'
import { type SignIn, signInJson } from './sign-in-attempt.ts'

const fields = v.object({
  identifier: v.optional(v.string()),
  strategy: v.optional(v.string()),
  password: v.optional(v.string()),
  code: v.optional(v.string()),
  email_address_id: v.optional(v.string()),
})

type Fields = v.InferOutput<typeof fields>

/** Sign-in by password and by e-mailed code, and the forgotten password. */
export function addSignInRoutes(router: Router, ctx: Context) {
  const base = '/v1/client/sign_ins'
  router.post(base, step(create))
  router.get(`${base}/:id`, step((client, _fields, id) => current(client, id)))
  router.post(`${base}/:id/prepare_first_factor`, step(prepare))
  router.post(`${base}/:id/attempt_first_factor`, step(attempt))
  router.post(`${base}/:id/reset_password`, step(resetPassword))

  function step(run: (client: Client, fields: Fields, id: string) => SignIn) {
    return route(async (event: H3Event) => {
      const client = requireClient(ctx, event)
      const input = event.method === 'GET' ? {} : await readFields(event, fields)
      const signIn = run(client, input, getRouterParam(event, 'id') ?? '')
      const response = signInJson(signIn, ctx)
      const answered = await answer(ctx, event, client, response)
      if (signIn.status === 'complete') ctx.browsers.attempts(client).signIn = null
      return answered
    })
  }

  function create(client: Client, input: Fields): SignIn {
    const signIn: SignIn = {
      id: newId('sia'),
      identifier: null,
      userId: null,
      status: 'needs_identifier',
      strategy: null,
      verified: false,
      createdSessionId: null,
      at: ctx.now(),
    }
    ctx.browsers.attempts(client).signIn = signIn
    if (input.identifier === undefined) return signIn

    const user = ctx.accounts.findByIdentifier(input.identifier)
    if (!user) throw errors.identifierNotFound()
    if (user.banned) throw errors.banned()
    Object.assign(signIn, { identifier: input.identifier, userId: user.id, status: 'needs_first_factor' })
    if (input.strategy === 'password' || input.password !== undefined) return attempt(client, { ...input, strategy: 'password' }, signIn.id)
    if (input.strategy === 'email_code') return prepare(client, input, signIn.id)
    return signIn
  }

  function current(client: Client, id: string): SignIn {
    const { signIn } = ctx.browsers.attempts(client)
    if (!signIn || signIn.id !== id) throw errors.notFound('That sign-in')
    return signIn
  }

  function userOf(signIn: SignIn): User {
    const user = signIn.userId ? ctx.accounts.find(signIn.userId) : undefined
    if (!user) throw errors.identifierNotFound()
    return user
  }

  function prepare(client: Client, input: Fields, id: string): SignIn {
    const signIn = current(client, id)
    const user = userOf(signIn)
    const email = user.emails.find(each => each.id === (input.email_address_id ?? user.primaryEmailId))
    if (!email || !input.strategy?.endsWith('email_code')) throw errors.strategyInvalid()
    sendCode(ctx, email.address, user.id)
    Object.assign(signIn, { strategy: input.strategy, verified: false })
    return signIn
  }

  function attempt(client: Client, input: Fields, id: string): SignIn {
    const signIn = current(client, id)
    const user = userOf(signIn)
    switch (input.strategy) {
      case 'password':
        if (!passwordMatches(input.password ?? '', user.passwordHash)) throw errors.passwordIncorrect()
        return finish(client, signIn, input.strategy)
      case 'email_code':
        checkCode(input.code)
        return finish(client, signIn, input.strategy)
      case 'reset_password_email_code':
        checkCode(input.code)
        return Object.assign(signIn, { strategy: input.strategy, verified: true, status: 'needs_new_password' })
      default:
        throw errors.strategyInvalid()
    }
  }

  function resetPassword(client: Client, input: Fields, id: string): SignIn {
    const signIn = current(client, id)
    if (signIn.status !== 'needs_new_password') throw errors.strategyInvalid()
    assertPassword(input.password ?? '', 'password')
    ctx.accounts.update(userOf(signIn).id, { password: input.password })
    return finish(client, signIn, signIn.strategy ?? 'password')
  }

  function finish(client: Client, signIn: SignIn, strategy: string): SignIn {
    const session = ctx.browsers.signIn(client, userOf(signIn).id)
    return Object.assign(signIn, { strategy, verified: true, status: 'complete', createdSessionId: session.id })
  }
}
