import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import ngrok from '@ngrok/ngrok'
import { hostOf } from '#shared/utils/host.ts'
import { runDev } from './lib/dev-server.ts'
import { isFree, readPort } from './lib/ports.ts'

const advice = `Set NGROK_AUTHTOKEN in .env: https://dashboard.ngrok.com, Your Authtoken. It is free.
To try webhooks with no account at all: npm run demo.`

async function tunnel(port: number): Promise<void> {
  const authtoken = process.env.NGROK_AUTHTOKEN?.trim()
  if (!authtoken) return fail(advice)
  if (!await isFree(port)) return fail(`Port ${port} is taken. Stop what runs there, or take another: npm run dev:tunnel -- --port 3001`)
  const domain = hostOf(process.env.NGROK_HOST)

  let url: string | null
  try {
    url = (await ngrok.forward({ addr: `localhost:${port}`, authtoken, ...(domain ? { domain } : {}) })).url()
  }
  catch (error) {
    return fail(`ngrok did not open the tunnel. ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!url) return fail('ngrok gave the tunnel no address. Try again.')
  console.log(instructions(url))
  // modules/dev-hosts.ts takes the host from there. The tunnel is the one proxy before it.
  await runDev(port, { NGROK_HOST: new URL(url).hostname, TRUSTED_PROXIES: '1' })
  await ngrok.kill()
}

function instructions(url: string): string {
  const strong = (text: string) => styleText('bold', text)
  return `
${strong('The tunnel')}  ${url}

In Clerk's dashboard, Webhooks, Add Endpoint:
  Endpoint URL   ${strong(`${url}/api/webhooks`)}
  Events         user.created, user.updated, user.deleted
Then copy the endpoint's Signing Secret into .env as NUXT_CLERK_WEBHOOK_SIGNING_SECRET, and start again.
${process.env.NGROK_HOST ? '' : 'The address changes at each start; reserve a free domain at ngrok and set it as NGROK_HOST to keep it.\n'}`
}

function fail(message: string) {
  console.error(message)
  process.exitCode = 1
}

await runMain(defineCommand({
  meta: { name: 'npm run dev:tunnel --', description: 'The dev server behind an https address of ngrok, for Clerk\'s webhooks.' },
  args: { port: { type: 'string', default: '3000', description: 'Where the dev server listens' } },
  async run({ args }) {
    const port = readPort(args.port)
    if (port === null) return fail('--port is a port number, such as 3000.')
    await tunnel(port)
  },
}))
