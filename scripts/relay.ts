import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import { runDev } from './lib/dev-server.ts'
import type { RelayLine } from './lib/clerk-relay.ts'
import { startRelay } from './lib/clerk-relay.ts'
import { isFree, readPort } from './lib/ports.ts'
import { readEnv } from '#server/schemas/env.ts'

const check = 'npm run dev goes without it: the check brings each change within twenty seconds.'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function relayed(port: number): Promise<void> {
  if (!await isFree(port)) return fail(`Port ${port} is taken. Stop what runs there, or take another: npm run dev:relay -- --port 3001`)
  console.log('Connecting to Clerk\'s relay. The first time, npm fetches Clerk\'s command-line tool: some 100 MB.')
  // Until the dev server takes the signals, they end this process, and the relay with it.
  const leave = () => process.exit(130)
  for (const signal of signals) process.once(signal, leave)
  const relay = await startRelay(`http://localhost:${port}/api/webhooks`, printer()).catch((error: Error) => error)
  for (const signal of signals) process.off(signal, leave)
  if (relay instanceof Error) return fail(`Clerk's relay did not start. ${relay.message}\n${check}`)

  console.log(instructions(relay.url))
  let isEnding = false
  void relay.ended.then((words) => {
    if (!isEnding) console.error(`Clerk's relay ended, so no delivery arrives. ${words}\nStart npm run dev:relay again; until then the check brings each change.`)
  })
  for (const signal of signals) process.once(signal, () => void (isEnding = true))
  await runDev(port)
  isEnding = true
  await relay.stop()
}

/** One line for each delivery, without what is in it; and one when the relay was lost, however long that lasts. */
function printer() {
  let isLost = false
  return (line: RelayLine) => {
    if (line.type === 'event') console.log(`${line.event_type} as ${line.svix_id} by Clerk's relay: ${line.forward_status}`)
    else if (!isLost) console.log('Clerk\'s relay does not answer. Trying again until it does.')
    isLost = line.type === 'reconnecting'
  }
}

function instructions(url: string): string {
  const strong = (text: string) => styleText('bold', text)
  const name = 'NUXT_CLERK_WEBHOOK_SIGNING_SECRET'
  return `
${strong('Clerk\'s relay')}  ${url}

In Clerk's dashboard, Webhooks, Add Endpoint, once for this machine:
  Endpoint URL   ${strong(url)}
  Events         user.created, user.updated, user.deleted
${readEnv(process.env)[name]
  ? `Its Signing Secret must be the one in ${name}.`
  : `Then copy the endpoint's Signing Secret into .env as ${name}, and start again: until then no delivery is accepted.`}
`
}

function fail(message: string) {
  console.error(message)
  process.exitCode = 1
}

await runMain(defineCommand({
  meta: { name: 'npm run dev:relay --', description: 'The dev server, with Clerk\'s webhooks brought to it by Clerk\'s own relay.' },
  args: { port: { type: 'string', default: '3000', description: 'Where the dev server listens' } },
  async run({ args }) {
    const port = readPort(args.port)
    if (port === null) return fail('--port is a port number, such as 3000.')
    await relayed(port)
  },
}))
