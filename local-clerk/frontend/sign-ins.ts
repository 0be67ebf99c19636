import { getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import { assertNotLocked, attemptAs } from '../lockout.ts'
import { newId } from '../state/ids.ts'
import { passwordMatches } from '../state/passwords.ts'
import type { Client, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireClient, requireNoSession } from './browser.ts'
import { checkCode, sendCode } from './code.ts'
import { assertPassword } from './fields.ts'
import { type SignIn, signInJson } from './sign-in-attempt.ts'

const fields = v.object({
  identifier: v.optional(v.string()),
  strategy: v.optional(v.string()),
  password: v.optional(v.string()),
  code: v.optional(v.string()),
  ticket: v.optional(v.string()),
  email_address_id: v.optional(v.string()),
})

type Fields = v.InferOutput<typeof fields>

/** One request of a sign-in: whose browser, which attempt, what it brings. */
interface Step {
  client: Client
  event: H3Event
  input: Fields
}

/** Sign-in by password, by e-mailed code and by ticket, and the forgotten password. */
export function addSignInRoutes(router: Router, ctx: Context) {
  const base = '/v1/client/sign_ins'
  router.post(base, step(create))
  router.get(`${base}/:id`, step(current))
  router.post(`${base}/:id/prepare_first_factor`, step(request => prepare(request, current(request))))
  router.post(`${base}/:id/attempt_first_factor`, step(request => attempt(request, current(request))))
  router.post(`${base}/:id/reset_password`, step(request => resetPassword(request, current(request))))

  function step(run: (request: Step) => SignIn) {
    return route(async (event: H3Event) => {
      const client = requireClient(ctx, event)
      if (event.method !== 'GET') await requireNoSession(ctx, event, client)
      const input = event.method === 'GET' ? {} : await readFields(event, fields)
      const signIn = run({ client, event, input })
      const answered = await answer(ctx, event, client, signInJson(signIn, ctx))
      if (signIn.status === 'complete') ctx.browsers.attempts(client).signIn = null
      return answered
    })
  }

  function create(request: Step): SignIn {
    const { client, input } = request
    const signIn: SignIn = {
      id: newId('sia'),
      identifier: null,
      userId: null,
      status: 'needs_identifier',
      code: null,
      verifiedBy: null,
      createdSessionId: null,
      at: ctx.now(),
    }
    ctx.browsers.attempts(client).signIn = signIn
    if (input.strategy === 'ticket') return takeTicket(request, signIn)
    if (input.strategy !== undefined && !strategies.has(input.strategy)) throw errors.strategyUnknown(input.strategy)
    if (input.identifier === undefined) return signIn

    const user = ctx.accounts.findByVerifiedIdentifier(input.identifier)
    if (!user) throw errors.identifierNotFound()
    if (user.banned) throw errors.banned()
    assertNotLocked(ctx, user)
    Object.assign(signIn, { identifier: input.identifier, userId: user.id, status: 'needs_first_factor' })
    if (input.strategy === 'password' || input.password !== undefined) {
      return attempt({ ...request, input: { ...input, strategy: 'password' } }, signIn)
    }
    return input.strategy === undefined ? signIn : prepare(request, signIn)
  }

  function takeTicket(request: Step, signIn: SignIn): SignIn {
    if (!request.input.ticket) throw errors.paramMissing('ticket')
    const user = ctx.accounts.get(ctx.signInTokens.accept(request.input.ticket).userId)
    if (user.banned) throw errors.banned()
    const primary = user.emails.find(email => email.id === user.primaryEmailId)
    Object.assign(signIn, { identifier: primary?.address ?? user.username, userId: user.id })
    return attemptAs(ctx, user, () => finish(request, signIn, 'ticket'))
  }

  function current({ client, event }: Step): SignIn {
    const { signIn } = ctx.browsers.attempts(client)
    if (!signIn || signIn.id !== getRouterParam(event, 'id')) throw errors.notFound('That sign-in')
    return signIn
  }

  function userOf(signIn: SignIn): User {
    const user = signIn.userId ? ctx.accounts.find(signIn.userId) : undefined
    if (!user) throw errors.identifierNotFound()
    return user
  }

  function prepare({ input }: Step, signIn: SignIn): SignIn {
    const user = userOf(signIn)
    const email = user.emails.find(each => each.id === (input.email_address_id ?? user.primaryEmailId))
    if (!email?.verified || !input.strategy || !isCodeStrategy(input.strategy)) throw errors.strategyInvalid()
    return Object.assign(signIn, { code: sendCode(ctx, email.address, user.id, input.strategy) })
  }

  function attempt(request: Step, signIn: SignIn): SignIn {
    const user = userOf(signIn)
    const { strategy, password = '', code } = request.input
    return attemptAs(ctx, user, () => {
      if (strategy === 'password') {
        if (!user.passwordHash) throw errors.strategyInvalid()
        if (!passwordMatches(password, user.passwordHash)) throw errors.passwordIncorrect()
        signIn.code = null
        return finish(request, signIn, strategy)
      }
      if (!strategy || !isCodeStrategy(strategy)) throw errors.strategyInvalid()
      checkCode(ctx, signIn.code, strategy, code)
      if (strategy === 'email_code') return finish(request, signIn, strategy)
      return Object.assign(signIn, { verifiedBy: strategy, status: 'needs_new_password' })
    })
  }

  function resetPassword(request: Step, signIn: SignIn): SignIn {
    const { input: { password = '' } } = request
    if (signIn.status !== 'needs_new_password') throw errors.verificationMissing()
    assertPassword(password, 'password')
    ctx.accounts.update(userOf(signIn).id, { password })
    return finish(request, signIn, 'password')
  }

  function finish({ client }: Step, signIn: SignIn, strategy: 'password' | 'email_code' | 'ticket'): SignIn {
    const session = ctx.browsers.signIn(client, userOf(signIn).id, { strategy: strategy === 'ticket' ? null : strategy })
    return Object.assign(signIn, { verifiedBy: strategy, status: 'complete', createdSessionId: session.id })
  }
}

const strategies = new Set(['password', 'email_code', 'reset_password_email_code', 'ticket'])

const isCodeStrategy = (strategy: string) => strategy === 'email_code' || strategy === 'reset_password_email_code'
