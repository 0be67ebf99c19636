import * as v from 'valibot'
import { parsePublishableKey } from '@clerk/shared/keys'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'
import { checkSecondsOf } from './copy.ts'
import type { Env, Finding } from './finding.ts'
import { good, note, wrong } from './finding.ts'

/** `npm run dev` starts a database and knows its own origin. */
const devDoesWithout = ['DATABASE_URL', 'NUXT_SITE_URL']

const kinds = [
  [/^pk_/, 'a publishable key of Clerk'],
  [/^sk_/, 'a secret key of Clerk'],
  [/^whsec_/, 'a signing secret'],
  [/^postgres(?:ql)?:/, 'an address of Postgres'],
  [/^https?:/, 'a web address'],
] as const

/** What Clerk's guides for other frameworks call them. */
const otherNames: Record<string, string[]> = {
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: ['CLERK_PUBLISHABLE_KEY', 'NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'VITE_CLERK_PUBLISHABLE_KEY'],
  NUXT_CLERK_SECRET_KEY: ['CLERK_SECRET_KEY'],
}

/** Every variable against its schema: missing or wrong ones in their own words. */
export function checkVariables(env: Env): Finding[] {
  const read = readEnv(env)
  const issues = v.safeParse(ServerEnv, read).issues ?? []
  const names = new Map(issues.map(issue => [v.getDotPath(issue)?.split('.')[0] ?? '', issue.message]))
  const findings = [...names].map(([name, message]) => judge(env, name, read[name], message))
  const publishable = read.NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY
  if (publishable && !names.has('NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY') && !parsePublishableKey(publishable)) {
    findings.push(wrong('variable-malformed', 'NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY is not whole: it names no host of Clerk.', 'Copy it again: Clerk dashboard, API keys.'))
  }
  findings.push(...checkSecret(read))
  return findings.length > 0 ? findings : [good('environment', 'The environment is complete.')]
}

function judge(env: Env, name: string, value: string | undefined, message: string): Finding {
  const other = otherNames[name]?.find(one => env[one]?.trim())
  if (value === undefined && other) return wrong('variable-misnamed', `${name} is not set, but ${other} is.`, `Call it ${name}: Nuxt reads no other name.`)
  if (value === undefined && devDoesWithout.includes(name)) return note('variable-missing', `${name} is not set. npm run dev does without; the built server does not.`, message)
  if (value === undefined) return wrong('variable-missing', `${name} is not set.`, message)
  const kind = kinds.find(([pattern]) => pattern.test(value))?.[1]
  if (!kind) return wrong('variable-malformed', `${name} is wrong.`, message)
  const isExposed = name.startsWith('NUXT_PUBLIC_') && /^(?:sk_|whsec_|postgres)/.test(value)
  return wrong('variable-of-other-kind', `${name} holds ${kind}.`, isExposed ? `Every browser is sent what this variable holds: if it was deployed so, replace what it held. ${message}` : message)
}

/** Without a signing secret the check brings every change; without the check nothing does. */
function checkSecret({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: secret, SYNC_CHECK_SECONDS: setting }: Env): Finding[] {
  const every = checkSecondsOf(setting)
  if (secret !== undefined || every === null) return []
  const mend = 'Set NUXT_CLERK_WEBHOOK_SIGNING_SECRET: Clerk dashboard, Webhooks, your endpoint, Signing Secret.'
  return every > 0
    ? [note('no-secret', 'No signing secret is set, so no delivery is accepted, and changes come by the check alone.', `For changes within a second: ${mend}`)]
    : [wrong('no-way-in', 'No signing secret is set and the check is off, so no change of Clerk can arrive.', `${mend} Or set SYNC_CHECK_SECONDS to 60.`)]
}

/** Whether one key is for development and the other for production, or both for development where it is production. */
export function checkKeys(env: Env): Finding[] {
  const { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishable, NUXT_CLERK_SECRET_KEY: secret } = readEnv(env)
  if (!publishable?.startsWith('pk_') || !secret?.startsWith('sk_')) return []
  const [kind, other] = [publishable, secret].map(key => key.split('_')[1])
  if (kind !== other) return [wrong('keys-of-two-kinds', 'One of Clerk\'s keys is for development, the other for production.', 'Copy both from the same page: Clerk dashboard, API keys.')]
  if (kind === 'test' && env.NODE_ENV === 'production') return [note('test-keys', 'Clerk\'s keys are for development, and NODE_ENV is production.', 'For people, use the keys of Clerk\'s production instance: those of development allow 100 users.')]
  return []
}
