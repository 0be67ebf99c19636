import { spawn } from 'node:child_process'
import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import ngrok from '@ngrok/ngrok'
import { isFree } from './lib/ports.ts'

const advice = `Set NGROK_AUTHTOKEN in .env: https://dashboard.ngrok.com, Your Authtoken. It is free.
To try webhooks with no account at all: npm run demo.`

async function tunnel(port: number): Promise<void> {
  const authtoken = process.env.NGROK_AUTHTOKEN?.trim()
  if (!authtoken) return fail(advice)
  if (!await isFree(port)) return fail(`Port ${port} is taken. Stop what runs there, or take another: npm run dev:tunnel -- --port 3001`)
  const domain = process.env.NGROK_HOST?.trim().replace(/^https?:\/\//, '').replace(/\/.*$/, '') || undefined

  let url: string | null
  try {
    url = (await ngrok.forward({ addr: `localhost:${port}`, authtoken, ...(domain ? { domain } : {}) })).url()
  }
  catch (error) {
    return fail(`ngrok did not open the tunnel. ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!url) return fail('ngrok gave the tunnel no address. Try again.')
  console.log(instructions(url))
  await runDev(port, new URL(url).hostname)
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

/** Vite refuses every other host: nuxt.config.ts takes this one from NGROK_HOST. The tunnel is the one proxy before it. */
function runDev(port: number, host: string): Promise<void> {
  const child = spawn('nuxt', ['dev', '--port', String(port)], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, NGROK_HOST: host, PORT: String(port), TRUSTED_PROXIES: '1' },
  })
  // The terminal sends Ctrl-C to both; we stay until the dev server has gone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal))
  return new Promise(done => child.once('exit', (code) => {
    process.exitCode = code ?? 0
    done()
  }))
}

function fail(message: string) {
  console.error(message)
  process.exitCode = 1
}

await runMain(defineCommand({
  meta: { name: 'npm run dev:tunnel --', description: 'The dev server behind an https address of ngrok, for Clerk\'s webhooks.' },
  args: { port: { type: 'string', default: '3000', description: 'Where the dev server listens' } },
  async run({ args }) {
    const port = Number(args.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return fail('--port is a port number, such as 3000.')
    await tunnel(port)
  },
}))
