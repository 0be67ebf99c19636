import { randomBytes } from 'node:crypto'
import { defineCommand, runMain } from 'citty'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import { createClerkReader } from '#server/sync/clerk.ts'
import { readEnv, ServerEnv, SigningSecrets } from '#server/schemas/env.ts'
import { fixture, signedHeaders } from './lib/delivery.ts'

const types = ['user.created', 'user.updated', 'user.deleted', 'session.created'] as const

const Patch = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

interface Options {
  type: string
  url: string
  id?: string
  secret?: string
  instance?: string
  data: string
  eventId: string
}

/** Posts one event as Svix does. @returns whether the answer was 2xx */
async function send(options: Options): Promise<boolean> {
  const secret = secretFrom(options.secret)
  const body = JSON.stringify(await makeEvent(options))
  const response = await fetch(options.url, {
    method: 'POST',
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
    headers: signedHeaders(new Webhook(secret), body, { id: options.eventId, at: new Date() }),
  })
  console.log(`${options.type} as ${options.eventId} to ${options.url}\n${response.status} ${await response.text()}`)
  return response.ok
}

/** The documented event of this type, made to happen now, to this user. */
async function makeEvent({ type, id, data, instance }: Options) {
  if (!v.is(v.picklist(types), type)) throw new Error(`"${type}" is not one of ${types.join(', ')}.`)
  const patch = v.safeParse(Patch, data)
  if (!patch.success) throw new Error('--data is a JSON object, such as {"first_name":"Maya"}.')
  const documented = fixture(type)
  const now = Date.now()
  const about = type.startsWith('user.')
    ? { ...(id ? { id } : {}), ...(type === 'user.deleted' ? {} : { updated_at: now }) }
    : id ? { user_id: id, user: null } : {}
  return { ...documented, timestamp: now, instance_id: instance ?? await ownInstance() ?? documented.instance_id, data: { ...documented.data, ...about, ...patch.output } }
}

/** The instance that the secret key belongs to: an endpoint that knows its own refuses any other. */
async function ownInstance(): Promise<string | undefined> {
  const { NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl } = readEnv(process.env)
  if (!v.is(ServerEnv.entries.NUXT_CLERK_SECRET_KEY, secretKey)) return undefined
  return createClerkReader({ secretKey, apiUrl }).instance().catch(() => undefined)
}

function secretFrom(given?: string): string {
  const secrets = v.safeParse(SigningSecrets, given ?? readEnv(process.env).NUXT_CLERK_WEBHOOK_SIGNING_SECRET)
  const secret = secrets.success ? secrets.output[0] : undefined
  if (!secret) throw new Error('Which secret signs? Give --secret whsec_…, or set NUXT_CLERK_WEBHOOK_SIGNING_SECRET in .env.')
  return secret
}

await runMain(defineCommand({
  meta: { name: 'npm run webhook:send --', description: 'Send one signed event, with made-up data, to any endpoint.' },
  args: {
    type: { type: 'positional', required: true, description: types.join(' | ') },
    id: { type: 'string', description: 'The user, user_…; without it, the one in Clerk\'s documentation' },
    url: { type: 'string', default: 'http://localhost:3000/api/webhooks', description: 'Where to' },
    secret: { type: 'string', description: 'whsec_…; without it, the one in .env' },
    instance: { type: 'string', description: 'ins_…; without it, the one that NUXT_CLERK_SECRET_KEY belongs to' },
    data: { type: 'string', default: '{}', description: 'JSON laid over the event\'s data, such as {"first_name":"Maya"}' },
    event: { type: 'string', description: 'The svix-id, msg_…; give the same one twice to see a redelivery' },
  },
  async run({ args }) {
    try {
      const eventId = args.event ?? `msg_${randomBytes(12).toString('hex')}`
      process.exitCode = await send({ ...args, eventId }) ? 0 : 1
    }
    catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? ` ${error.cause.message}` : ''
      console.error(error instanceof Error ? `${error.message}${cause}` : error)
      process.exitCode = 1
    }
  },
}))
