import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { countMigrations, findServerVersion, findTimeoutsOff } from '#db/queries/diagnosis.ts'
import { isTransactionPooler } from '#db/pooler.ts'
import { findInstanceId } from '#db/queries/state.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { readEnv, ServerEnv } from '#server/schemas/env.ts'
import { checkCopy, checkProxies, checkSecondsOf } from './copy.ts'

/** What one look found. `mend` says what to do; only `wrong` fails the whole. */
export interface Finding {
  state: 'good' | 'note' | 'wrong'
  text: string
  mend?: string
}

type Env = Record<string, string | undefined>

/** `npm run dev` starts a database and knows its own origin. */
const devDoesWithout = ['DATABASE_URL', 'NUXT_SITE_URL']
const journal = resolve(import.meta.dirname, '../../db/migrations/meta/_journal.json')
const Journal = v.object({ entries: v.array(v.unknown()) })

/** Every variable against its schema: missing or wrong ones in their own words. */
export function checkVariables(env: Env): Finding[] {
  const read = readEnv(env)
  const result = v.safeParse(ServerEnv, read)
  const findings = (result.issues ?? []).map((issue): Finding => {
    const name = v.getDotPath(issue)?.split('.')[0] ?? ''
    return devDoesWithout.includes(name) && read[name] === undefined
      ? { state: 'note', text: `${name} is not set. npm run dev does without; the built server does not.`, mend: issue.message }
      : { state: 'wrong', text: `${name || 'A variable'} is missing or wrong.`, mend: issue.message }
  })
  findings.push(...checkSecret(read))
  return findings.length > 0 ? findings : [{ state: 'good', text: 'The environment is complete.' }]
}

/** Without a signing secret the check brings every change; without the check nothing does. */
function checkSecret({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: secret, SYNC_CHECK_SECONDS: setting }: Env): Finding[] {
  const every = checkSecondsOf(setting)
  if (secret !== undefined || every === null) return []
  const mend = 'Set NUXT_CLERK_WEBHOOK_SIGNING_SECRET: Clerk dashboard, Webhooks, your endpoint, Signing Secret.'
  return every > 0
    ? [{ state: 'note', text: 'No signing secret is set, so no delivery is accepted, and changes come by the check alone.', mend: `For changes within a second: ${mend}` }]
    : [{ state: 'wrong', text: 'No signing secret is set and the check is off, so no change of Clerk can arrive.', mend: `${mend} Or set SYNC_CHECK_SECONDS to 60.` }]
}

/** Whether one key is for development and the other for production. */
export function checkKeys(env: Env): Finding[] {
  const { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishable, NUXT_CLERK_SECRET_KEY: secret } = readEnv(env)
  if (!publishable || !secret || publishable.split('_')[1] === secret.split('_')[1]) return []
  return [{ state: 'wrong', text: 'One of Clerk\'s keys is for development, the other for production.', mend: 'Copy both from the same page: Clerk dashboard, API keys.' }]
}

/** Clerk's answer to the secret key, and whether the database mirrors that instance. */
export async function checkClerk(env: Env, mirrored: string | null): Promise<Finding[]> {
  const { NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl } = readEnv(env)
  if (!v.is(ServerEnv.entries.NUXT_CLERK_SECRET_KEY, secretKey)) return []
  let instance: string
  try {
    instance = await createClerkReader({ secretKey, apiUrl }).instance()
  }
  catch (error) {
    return [{ state: 'wrong', text: `Clerk did not take NUXT_CLERK_SECRET_KEY: ${messageOf(error)}`, mend: `Copy the key again (Clerk dashboard, API keys), and check that this machine reaches ${apiUrl ?? 'https://api.clerk.com'}.` }]
  }
  if (mirrored && mirrored !== instance) {
    return [{ state: 'wrong', text: `The secret key belongs to ${instance}, but the database mirrors ${mirrored}.`, mend: `Set the key of ${mirrored}, or use another database.` }]
  }
  return [{ state: 'good', text: `Clerk takes the secret key of ${instance}${mirrored ? ', which the database mirrors' : ''}.` }]
}

/** The database: reachable, at the newest migration, and what it knows of the copy. */
export async function checkDatabase(env: Env): Promise<{ findings: Finding[], mirrored: string | null }> {
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl, SYNC_CHECK_SECONDS: setting, TRUSTED_PROXIES: proxies } = readEnv(env)
  if (!v.is(ServerEnv.entries.DATABASE_URL, url) || !v.is(ServerEnv.entries.DATABASE_DIRECT_URL, directUrl)) return { findings: [], mirrored: null }
  const db = openDatabase(url, { max: 1, directUrl })
  try {
    const findings: Finding[] = [{ state: 'good', text: `Postgres ${await findServerVersion(db)} answers.` }]
    findings.push(...await checkPooler(url, directUrl))
    const [applied, known] = [await countMigrations(db), v.parse(Journal, JSON.parse(await readFile(journal, 'utf8'))).entries.length]
    if (applied < known) {
      findings.push({ state: 'wrong', text: `${known - applied} of ${known} migrations are not applied.`, mend: 'Run npm run db:migrate; the built server does so at its start.' })
      return { findings, mirrored: null }
    }
    findings.push({ state: 'good', text: 'All migrations are applied.' })
    const off = await findTimeoutsOff(db)
    if (off.length > 0) findings.push({ state: 'note', text: `Postgres sets no bound to what hangs: ${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off for this role.`, mend: 'The server sets them at its start, where the role may; else docs/production.md says how.' })
    const every = checkSecondsOf(setting)
    if (every !== null) findings.push(...await checkCopy(db, every))
    findings.push(...await checkProxies(db, proxies))
    return { findings, mirrored: await findInstanceId(db) }
  }
  catch (error) {
    return { findings: [{ state: 'wrong', text: `Postgres does not answer: ${messageOf(error)}`, mend: 'Check DATABASE_URL and DATABASE_DIRECT_URL, that Postgres runs, and that this machine may connect.' }], mirrored: null }
  }
  finally {
    await closeDatabase(db)
  }
}

/** Whether what belongs to a session (LISTEN, locks, migrations) has an address where sessions last. */
async function checkPooler(url: string, directUrl: string | undefined): Promise<Finding[]> {
  const [name, address] = directUrl === undefined ? ['DATABASE_URL', url] as const : ['DATABASE_DIRECT_URL', directUrl] as const
  if (await isTransactionPooler(address)) {
    return [{ state: 'wrong', text: `${name} leads to a pooler in transaction mode, where LISTEN and locks are lost.`, mend: 'Set DATABASE_DIRECT_URL to the address of Postgres itself. DATABASE_URL may stay the pooler\'s.' }]
  }
  return directUrl === undefined ? [] : [{ state: 'good', text: 'DATABASE_DIRECT_URL leads to Postgres itself.' }]
}

/** A refused connection hides behind an AggregateError without words. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return messageOf(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return error.message || code || error.name
}
