import { getRouterParam, type H3Event, type Router } from 'h3'
import { errors } from '../errors.ts'
import { route } from '../http/route.ts'
import { tokenJson } from '../json/answers.ts'
import { activeSessionJson, sessionJson } from '../json/session.ts'
import type { Client, Session, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, clientJson, findClient, freshSessionJson, originOf, requireClient, requireSession } from './browser.ts'

/** The browser itself (`/v1/client`), its sessions, and those of the same person elsewhere. */
export function addSessionRoutes(router: Router, ctx: Context) {
  router.post('/v1/dev_browser', route(() => {
    const client = ctx.browsers.create()
    return { id: client.devBrowser, object: 'dev_browser', instance_id: ctx.store.instanceId, token: client.devBrowser }
  }))

  router.get('/v1/client', route(async (event) => {
    const client = requireClient(ctx, event)
    return { response: await clientJson(ctx, client, event), client: null }
  }))
  router.put('/v1/client', route(async (event) => {
    const client = requireClient(ctx, event)
    return { response: await clientJson(ctx, client, event), client: null }
  }))
  // "Ends all Sessions of the Current Client", and "Removes all the sessions of the current client", which is how clerk-js signs out.
  router.delete('/v1/client', signOut('ended'))
  router.delete('/v1/client/sessions', signOut('removed'))

  function signOut(status: 'ended' | 'removed') {
    return route(async (event) => {
      const client = requireClient(ctx, event)
      for (const session of ctx.browsers.sessions(client)) ctx.browsers.finish(session, status)
      return { response: await clientJson(ctx, client, event), client: null }
    })
  }

  router.get('/v1/me/sessions', route((event) => {
    const { user } = requireSession(ctx, event)
    return sessionsOf(user).map(session => sessionJson(session, user, ctx.url, null))
  }))
  router.get('/v1/me/sessions/active', route(event => sessionsOf(requireSession(ctx, event).user).map(activeSessionJson)))
  router.post('/v1/me/sessions/:id/revoke', route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    const session = sessionsOf(user).find(each => each.id === getRouterParam(event, 'id'))
    if (!session) throw errors.notFound('That session')
    const response = sessionJson(ctx.browsers.finish(session, 'revoked'), user, ctx.url, null)
    return answer(ctx, event, client, response)
  }))

  router.get('/v1/client/sessions/:id', onSession(async (session, event) =>
    freshSessionJson(ctx, session, originOf(event))))
  router.post('/v1/client/sessions/:id/touch', onSession(async (session, event, client) =>
    freshSessionJson(ctx, ctx.browsers.touch(client, session), originOf(event))))
  router.post('/v1/client/sessions/:id/end', onSession(session => finish(session, 'ended')))
  router.post('/v1/client/sessions/:id/remove', onSession(session => finish(session, 'removed')))

  router.post('/v1/client/sessions/:id/tokens', route(async (event) => {
    const session = sessionOf(findClient(ctx, event), event)
    const user = ctx.accounts.get(session.userId)
    return tokenJson(await ctx.tokens.session(session, user, originOf(event)))
  }))
  router.post('/v1/client/sessions/:id/tokens/:template', route(async (event) => {
    const session = sessionOf(findClient(ctx, event), event)
    const user = ctx.accounts.get(session.userId)
    return tokenJson(await ctx.jwtTemplates.token(getRouterParam(event, 'template') ?? '', user, { azp: originOf(event) }))
  }))

  function sessionsOf(user: User): Session[] {
    return [...ctx.store.sessions.values()].filter(session => session.userId === user.id)
  }

  function onSession(run: (session: Session, event: H3Event, client: Client) => unknown) {
    return route(async (event) => {
      const client = requireClient(ctx, event)
      const response = await run(sessionOf(client, event), event, client)
      return answer(ctx, event, client, response)
    })
  }

  function sessionOf(client: Client | undefined, event: H3Event): Session {
    const id = getRouterParam(event, 'id')
    const session = client && ctx.browsers.sessions(client).find(each => each.id === id)
    if (!session) throw errors.signedOut()
    return session
  }

  function finish(session: Session, status: 'ended' | 'removed') {
    const user = ctx.accounts.get(session.userId)
    return sessionJson(ctx.browsers.finish(session, status), user, ctx.url, null)
  }
}
