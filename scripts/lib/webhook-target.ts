import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { createClerkReader } from '#server/sync/clerk.ts'
import { readEnv, ServerEnv, SigningSecrets } from '#server/schemas/env.ts'
import { isRollcall } from './find-rollcall.ts'

/** Where an event goes, and what makes it pass there. */
export interface Target {
  url: string
  /** `whsec_…` */
  secret: string
  /** `ins_…`; null while nobody says which one it is */
  instance: string | null
  /** For people: whose server it is. */
  name: string
}

export interface Asked { url?: string, secret?: string, instance?: string, demo: boolean }

/** What the demo keeps between its runs: local-clerk/state/schema.ts */
const demoFile = '.data/local-clerk.json'
const DemoState = v.pipe(v.string(), v.parseJson(), v.object({
  instanceId: v.string(),
  webhookUrl: v.pipe(v.string(), v.url()),
  webhookSecrets: v.tupleWithRest([v.string()], v.string()),
}))

/**
 * The target that was asked for; what was left out is found: the server of `.env` on this machine, or the demo where
 * there is no signing secret. Only an address that was given may lead to what is not Rollcall.
 * @throws when no secret is known, or nothing of ours listens
 */
export async function findTarget(env: Record<string, string | undefined>, { url, secret, instance, demo }: Asked): Promise<Target> {
  const read = readEnv(env)
  const ownSecret = secretIn(secret ?? read.NUXT_CLERK_WEBHOOK_SIGNING_SECRET)
  const state = demo || !ownSecret ? await readDemo() : null
  if (demo && !state) throw new Error(`The demo has left nothing in ${demoFile}. Start it: npm run demo.`)
  const found: Target | null = state
    ? { url: state.webhookUrl, secret: secretIn(secret) ?? state.webhookSecrets[0], instance: state.instanceId, name: 'the demo' }
    : ownSecret ? { url: `http://localhost:${env.PORT?.trim() || 3000}/api/webhooks`, secret: ownSecret, instance: null, name: 'the server of .env' } : null
  if (!found) throw new Error('Which secret signs? Start the demo, give --secret whsec_…, or set NUXT_CLERK_WEBHOOK_SIGNING_SECRET in .env.')
  const target = { ...found, instance: instance ?? found.instance ?? await ownInstance(read) }
  if (url) return { ...target, url, name: 'the address that was given' }
  const { origin } = new URL(target.url)
  if (!await isRollcall(origin)) throw new Error(`No Rollcall answers at ${origin}, so nothing was sent. Start ${state ? 'the demo (npm run demo)' : 'it (npm run dev)'}, or give --url.`)
  return target
}

function secretIn(text: string | undefined): string | undefined {
  const secrets = v.safeParse(SigningSecrets, text)
  return secrets.success ? secrets.output[0] : undefined
}

async function readDemo() {
  const state = v.safeParse(DemoState, await readFile(demoFile, 'utf8').catch(() => ''))
  return state.success ? state.output : null
}

/** The instance that the secret key belongs to: an endpoint that knows its own refuses any other. */
async function ownInstance({ NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl }: Record<string, string | undefined>): Promise<string | null> {
  if (!v.is(ServerEnv.entries.NUXT_CLERK_SECRET_KEY, secretKey)) return null
  return createClerkReader({ secretKey, apiUrl }).instance().catch(() => null)
}
