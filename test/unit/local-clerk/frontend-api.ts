import * as v from 'valibot'
import { demoPassword, type LocalClerk } from '#local-clerk/index.ts'

/** The page that asks. */
export const app = 'http://localhost:3000'

const session = v.object({ user: v.object({ id: v.string() }), last_active_token: v.object({ jwt: v.string() }) })

const client = v.looseObject({ last_active_session_id: v.nullable(v.string()), sessions: v.array(session) })

const answer = v.object({
  id: v.optional(v.string(), ''),
  errors: v.optional(v.array(v.object({ code: v.string(), meta: v.record(v.string(), v.unknown()) })), []),
  response: v.optional(v.looseObject({ id: v.optional(v.string()), status: v.optional(v.string()) })),
  client: v.nullish(client),
  meta: v.optional(v.object({ client: v.optional(client) }), {}),
  clerk_trace_id: v.optional(v.string()),
})

/** Asks the Frontend API as clerk-js does: a form, with the browser's name and the real verb in the query. */
export async function post(clerk: LocalClerk, path: string, browser: string, fields: Record<string, string> = {}) {
  const response = await fetch(`${clerk.url}/v1${path}${path.includes('?') ? '&' : '?'}__clerk_db_jwt=${browser}`, {
    method: 'POST',
    headers: { origin: app },
    body: new URLSearchParams(fields),
  })
  const body = v.parse(answer, await response.json())
  return { status: response.status, body, code: body.errors[0]?.code, session: body.client?.sessions[0] }
}

/** What a GET of the Frontend API answers. */
export async function get(clerk: LocalClerk, path: string, browser: string, headers: Record<string, string> = {}): Promise<unknown> {
  return (await fetch(`${clerk.url}/v1${path}${path.includes('?') ? '&' : '?'}__clerk_db_jwt=${browser}`, { headers: { origin: app, ...headers } })).json()
}

export async function newBrowser(clerk: LocalClerk): Promise<string> {
  return (await post(clerk, '/dev_browser', '')).body.id
}

export async function signIn(clerk: LocalClerk, browser: string, identifier: string) {
  return post(clerk, '/client/sign_ins', browser, { identifier, strategy: 'password', password: demoPassword })
}
