import * as v from 'valibot'
import { parsePublishableKey } from '@clerk/shared/keys'
import { ClerkError, createClerkReader } from '#server/sync/clerk.ts'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'
import { checkClock } from './clock.ts'
import type { DatabaseLook } from './database.ts'
import type { Env, Finding } from './finding.ts'
import { good, messageOf, note, wrong } from './finding.ts'

const TIMEOUT_MS = 10_000
const API_URL = 'https://api.clerk.com'

/** `GET /v1/domains`, as far as it names where browsers go. */
const Domains = v.object({ data: v.array(v.object({ frontend_api_url: v.pipe(v.string(), v.url()) })) })

/** Clerk's answer to the secret key: which instance it is of, whether the other key and the database are of the same, and Clerk's clock. */
export async function checkClerk(env: Env, { mirrored, adminSeen }: Pick<DatabaseLook, 'mirrored' | 'adminSeen'>): Promise<Finding[]> {
  const { NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl = API_URL, NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishable } = readEnv(env)
  if (!v.is(ServerEnv.entries.NUXT_CLERK_SECRET_KEY, secretKey) || !v.is(ServerEnv.entries.NUXT_CLERK_API_URL, apiUrl)) return []
  let instance: string
  try {
    instance = await createClerkReader({ secretKey, apiUrl }).instance()
  }
  catch (error) {
    return [error instanceof ClerkError && error.status !== null
      ? wrong('clerk-refuses', `Clerk did not take NUXT_CLERK_SECRET_KEY: ${error.message}`, error.status === 401 ? 'Copy the key again: Clerk dashboard, API keys.' : 'Try again in a moment; https://status.clerk.com says whether Clerk has a problem.')
      : wrong('clerk-unreachable', `Clerk's API does not answer at ${apiUrl}: ${messageOf(error)}`, 'Check that this machine reaches it: DNS, a firewall, a proxy. NUXT_CLERK_API_URL is left out for Clerk itself.')]
  }
  const findings = [mirrored && mirrored !== instance
    ? wrong('other-instance', `The secret key belongs to ${instance}, but the database mirrors ${mirrored}.`, `Set the key of ${mirrored}, or use another database.`)
    : good('clerk', `Clerk takes the secret key of ${instance}${mirrored ? ', which the database mirrors' : ''}.`)]
  findings.push(...await checkFrontend(apiUrl, secretKey, publishable).catch((error: unknown) => [notCompared(messageOf(error))]))
  findings.push(adminSeen
    ? good('session-claim', 'The session token carries the role: an admin has been let in.')
    : note('session-claim', 'No admin has been seen yet. Whether the session token carries the role cannot be asked of Clerk\'s API.', 'Clerk dashboard, Sessions, Customize session token: { "metadata": "{{user.public_metadata}}" }. An admin has the public metadata { "role": "admin" }.'))
  return findings
}

/** The publishable key names the host that browsers go to; the secret key's instance lists its own. */
async function checkFrontend(apiUrl: string, secretKey: string, publishable: string | undefined): Promise<Finding[]> {
  const asked = Date.now()
  const answer = await fetch(new URL('/v1/domains', apiUrl), {
    headers: { authorization: `Bearer ${secretKey}` },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const domains = v.safeParse(Domains, await answer.json())
  const clock = checkClock('clock-of-clerk', 'Clerk', Date.parse(answer.headers.get('date') ?? ''), [asked - 1_000, Date.now()])
  const host = parsePublishableKey(publishable)?.frontendApi
  if (!host) return clock
  if (!domains.success || domains.output.data.length === 0) return [...clock, notCompared(`the answer was ${answer.status}.`)]
  const hosts = domains.output.data.map(domain => new URL(domain.frontend_api_url).host)
  return [...clock, hosts.includes(host)
    ? good('keys-of-one-instance', `Both keys are of the same Clerk instance: ${host}.`)
    : wrong('keys-of-two-instances', `The publishable key is of ${host}, the secret key of ${hosts.join(', ')}: nobody who signs in would be known here.`, 'Copy both from the same page: Clerk dashboard, API keys.')]
}

const notCompared = (why: string) =>
  note('keys-not-compared', `Clerk did not say which hosts the secret key's instance has: ${why}`, 'Look yourself whether both keys are of one instance: Clerk dashboard, API keys.')
