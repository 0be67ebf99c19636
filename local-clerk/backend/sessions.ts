import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields } from '../http/route.ts'
import { tokenJson } from '../json/answers.ts'
import { backendSessionJson } from '../json/session.ts'
import type { Session } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { pageFields, pageOf } from './pages.ts'

const list = v.strictObject({
  ...pageFields,
  client_id: v.optional(v.string()),
  user_id: v.optional(v.string()),
  status: v.optional(v.picklist(['abandoned', 'active', 'ended', 'expired', 'removed', 'replaced', 'revoked'])),
})
const lifetime = v.nullish(v.pipe(v.number(), v.integer(), v.minValue(30), v.maxValue(315_360_000)))
const tokenBody = v.strictObject({ expires_in_seconds: lifetime })
const newSession = v.strictObject({ user_id: v.string() })

/** `/v1/sessions`, as `SessionApi.ts` of `@clerk/backend` calls it. Of those that have ended, the last thousand are known. */
export function addSessionRoutes(router: Router, ctx: Context) {
  router.get('/v1/sessions', guarded(ctx, (event) => {
    const query = v.parse(list, getQuery(event))
    const found = ctx.browsers.history().filter(session =>
      (query.user_id === undefined || session.userId === query.user_id)
      && (query.client_id === undefined || session.clientId === query.client_id)
      && (query.status === undefined || statusOf(session) === query.status))
    return pageOf(found, query, json)
  }))

  router.post('/v1/sessions', guarded(ctx, async (event) => {
    const { user_id } = await readFields(event, newSession)
    return json(ctx.browsers.signIn(ctx.browsers.create(), ctx.accounts.get(user_id).id))
  }))

  router.get('/v1/sessions/:id', guarded(ctx, event => json(find(event))))
  router.post('/v1/sessions/:id/revoke', guarded(ctx, (event) => {
    const session = find(event)
    return json(session.status === 'active' ? ctx.browsers.finish(session, 'revoked') : session)
  }))

  router.post('/v1/sessions/:id/tokens', guarded(ctx, async (event) => {
    const session = active(event)
    const { expires_in_seconds } = await readFields(event, tokenBody)
    return tokenJson(await ctx.tokens.session(session, ctx.accounts.get(session.userId), null, expires_in_seconds ?? undefined))
  }))
  router.post('/v1/sessions/:id/tokens/:template', guarded(ctx, async (event) => {
    const session = active(event)
    const { expires_in_seconds } = await readFields(event, tokenBody)
    return tokenJson(await ctx.jwtTemplates.token(getRouterParam(event, 'template') ?? '', ctx.accounts.get(session.userId), { lifetime: expires_in_seconds }))
  }))

  const statusOf = (session: Session) => session.status === 'active' && session.expireAt <= ctx.now() ? 'expired' : session.status

  function json(session: Session) {
    return { ...backendSessionJson(session), status: statusOf(session) }
  }

  function find(event: H3Event): Session {
    const id = getRouterParam(event, 'id') ?? ''
    const session = ctx.browsers.history().find(each => each.id === id)
    if (!session) throw errors.sessionNotFound(id)
    return session
  }

  function active(event: H3Event): Session {
    const session = find(event)
    if (statusOf(session) !== 'active') throw errors.sessionNotFound(session.id)
    return session
  }
}
