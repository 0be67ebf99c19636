import { randomBytes } from 'node:crypto'
import { defineCommand, runMain } from 'citty'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import { fixture, signedHeaders } from './lib/delivery.ts'
import type { Target } from './lib/webhook-target.ts'
import { findTarget } from './lib/webhook-target.ts'

const types = ['user.created', 'user.updated', 'user.deleted', 'session.created'] as const

const Patch = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

interface Options {
  type: string
  id?: string
  data: string
  eventId: string
}

/** Posts one event as Svix does. @returns whether the answer was 2xx */
async function send(options: Options, { url, secret, instance, name }: Target): Promise<boolean> {
  const body = JSON.stringify(makeEvent(options, instance))
  const response = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
    headers: signedHeaders(new Webhook(secret), body, { id: options.eventId, at: new Date() }),
  })
  console.log(`${options.type} as ${options.eventId} to ${name}, ${url}\n${response.status} ${await response.text()}`)
  return response.ok
}

/** The documented event of this type, made to happen now, to this user. */
function makeEvent({ type, id, data }: Options, instance: string | null) {
  if (!v.is(v.picklist(types), type)) throw new Error(`"${type}" is not one of ${types.join(', ')}.`)
  const patch = v.safeParse(Patch, data)
  if (!patch.success) throw new Error('--data is a JSON object, such as {"first_name":"Maya"}.')
  const documented = fixture(type)
  const now = Date.now()
  const about = type.startsWith('user.')
    ? { ...(id ? { id } : {}), ...(type === 'user.deleted' ? {} : { updated_at: now }) }
    : id ? { user_id: id, user: null } : {}
  return { ...documented, timestamp: now, instance_id: instance ?? documented.instance_id, data: { ...documented.data, ...about, ...patch.output } }
}

await runMain(defineCommand({
  meta: { name: 'npm run webhook:send --', description: 'Send one signed event, with made-up data, to any endpoint.' },
  args: {
    type: { type: 'positional', required: true, description: types.join(' | ') },
    id: { type: 'string', description: 'The user, user_…; without it, the one in Clerk\'s documentation' },
    url: { type: 'string', description: 'Where to; without it, the server of .env on this machine, or the demo where .env has no signing secret' },
    demo: { type: 'boolean', default: false, description: 'To the demo, although .env has a signing secret' },
    secret: { type: 'string', description: 'whsec_…; without it, the one in .env, or the demo\'s' },
    instance: { type: 'string', description: 'ins_…; without it, the one that NUXT_CLERK_SECRET_KEY belongs to, or the demo\'s' },
    data: { type: 'string', default: '{}', description: 'JSON laid over the event\'s data, such as {"first_name":"Maya"}' },
    event: { type: 'string', description: 'The svix-id, msg_…; give the same one twice to see a redelivery' },
  },
  async run({ args }) {
    try {
      const eventId = args.event ?? `msg_${randomBytes(12).toString('hex')}`
      process.exitCode = await send({ ...args, eventId }, await findTarget(process.env, args)) ? 0 : 1
    }
    catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? ` ${error.cause.message}` : ''
      console.error(error instanceof Error ? `${error.message}${cause}` : error)
      process.exitCode = 1
    }
  },
}))
