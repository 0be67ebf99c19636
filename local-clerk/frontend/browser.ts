import { getCookie, getHeader, getQuery, type H3Event } from 'h3'
import type { ClientJSON } from '@clerk/shared/types'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import type { Sdk } from '../json/sdk.ts'
import { sessionJson } from '../json/session.ts'
import type { Client, Session, User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { signInJson } from './sign-in-attempt.ts'
import { signUpJson } from './sign-up-attempt.ts'

const devBrowserQuery = v.object({ __clerk_db_jwt: v.optional(v.string()) })
const testingQuery = v.object({ __clerk_testing_token: v.string() })

/** The browser by its `__clerk_db_jwt`: the query parameter that clerk-js sends, else the cookie. */
export function findClient(ctx: Context, event: H3Event): Client | undefined {
  const query = v.safeParse(devBrowserQuery, getQuery(event))
  const named = query.success ? query.output.__clerk_db_jwt : undefined
  return ctx.browsers.find(named ?? getCookie(event, '__clerk_db_jwt'))
}

/** @throws ClerkError 401 `dev_browser_unauthenticated`, upon which clerk-js asks for a new one */
export function requireClient(ctx: Context, event: H3Event): Client {
  const client = findClient(ctx, event)
  if (!client) throw errors.noDevBrowser()
  return client
}

/**
 * One session per browser, unless it is set otherwise: someone who is signed in does not sign in or up.
 * @throws ClerkError 400 `session_exists` with the client, from which a tab that did not know learns of the session
 */
export async function requireNoSession(ctx: Context, event: H3Event, client: Client): Promise<void> {
  if (!ctx.settings.multiSession && ctx.browsers.activeSession(client)) throw errors.sessionExists(await clientJson(ctx, client, event))
}

export interface SignedIn {
  client: Client
  session: Session
  user: User
}

/** @throws ClerkError 401 when nobody is signed in */
export function requireSession(ctx: Context, event: H3Event): SignedIn {
  const client = requireClient(ctx, event)
  const session = ctx.browsers.activeSession(client)
  const user = session && ctx.accounts.find(session.userId)
  if (!session || !user) throw errors.signedOut()
  return { client, session, user }
}

export function originOf(event: H3Event): string | null {
  return getHeader(event, 'origin') ?? null
}

/** Whether the request carries a testing token of the Backend API; another one counts as none. */
function isTest(ctx: Context, event: H3Event): boolean {
  const query = v.safeParse(testingQuery, getQuery(event))
  return query.success && ctx.testingTokens.isValid(query.output.__clerk_testing_token)
}

/** `SessionJSON` with a fresh token for the page that asks. */
export async function freshSessionJson(ctx: Context, session: Session, azp: string | null) {
  const user = ctx.accounts.get(session.userId)
  return sessionJson(session, user, ctx.url, await ctx.tokens.session(session, user, azp))
}

/** `ClientJSON`: what clerk-js knows about this browser. */
export async function clientJson(ctx: Context, client: Client, event: H3Event) {
  const azp = originOf(event)
  const sessions = ctx.browsers.sessions(client)
  const { signIn, signUp } = ctx.browsers.attempts(client)
  return {
    id: client.id,
    object: 'client',
    sessions: await Promise.all(sessions.map(session => freshSessionJson(ctx, session, azp))),
    sign_in: signIn && signInJson(signIn, ctx),
    sign_up: signUp && signUpJson(signUp, ctx),
    last_active_session_id: ctx.browsers.activeSession(client)?.id ?? null,
    last_authentication_strategy: client.lastStrategy,
    // The local Clerk asks nobody for a captcha; a testing token is answered as Clerk answers it.
    captcha_bypass: isTest(ctx, event),
    cookie_expires_at: null,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  } satisfies Sdk<ClientJSON, 'sessions' | 'sign_in' | 'sign_up'>
}

/** The frame of nearly every Frontend API answer. */
export async function answer(ctx: Context, event: H3Event, client: Client, response: unknown) {
  return { response, client: await clientJson(ctx, client, event) }
}
