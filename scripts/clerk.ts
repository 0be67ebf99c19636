import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import { demoCode, demoPassword, type LocalClerk, memberEmail, type SignUpMode, signUpModes, startLocalClerk } from '#local-clerk/index.ts'

interface Options {
  'port': string
  'webhook'?: string
  'secret'?: string
  'data'?: string
  'seed': boolean
  'limits': boolean
  'multi-session': boolean
  'first-name': boolean
  'sign-ups': string
  'retry-scale': string
}

async function start(options: Options): Promise<void> {
  if (options.secret && !options.webhook) throw new Error('--secret signs what goes to --webhook: give both.')
  const clerk = await startLocalClerk({
    port: numberOf(options.port, 'port', 65_535),
    webhook: options.webhook ? { url: addressOf(options.webhook), secret: options.secret } : undefined,
    dataFile: options.data ?? null,
    seed: options.seed,
    rateLimits: options.limits,
    settings: {
      lockout: options.limits,
      multiSession: options['multi-session'],
      firstNameRequired: options['first-name'],
      signUpMode: signUpModeOf(options['sign-ups']),
    },
    retryScale: numberOf(options['retry-scale'], 'retry-scale', 1),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void clerk.close().then(() => process.exit(0)))
  console.log(welcome(clerk, options))
}

function welcome(clerk: LocalClerk, { webhook, seed, data }: Options): string {
  const strong = (text: string) => styleText('bold', text)
  const link = (text: string) => styleText(['cyan', 'underline'], text)
  return `
${strong('A local Clerk')} at ${link(clerk.url)}: users, deliveries and faults.

  ${strong('Publishable key')}   ${clerk.publishableKey}
  ${strong('Secret key')}        ${clerk.secretKey}
  ${strong('Signing secret')}    ${clerk.webhookSecret}
  ${strong('Webhooks')}          ${webhook ?? `nowhere; set an endpoint at ${clerk.url}, or with --webhook`}
  ${strong('Kept in')}           ${data ?? 'memory, until this stops'}

  The environment of a Nuxt app:
${Object.entries(clerk.env).map(([name, value]) => `    ${name}=${value}`).join('\n')}

  Clerk's own client on a server:
    createClerkClient({ secretKey: '${clerk.secretKey}', apiUrl: '${clerk.url}' })

  ${seed ? `Sign in as ${memberEmail} with the password ${demoPassword}, or sign` : 'Sign'} up with any address; the code is always ${demoCode}.
  Ctrl-C ends it.
`
}

function numberOf(text: string, name: string, max: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= max)) throw new Error(`--${name} is a number from 0 to ${max}.`)
  return value
}

function signUpModeOf(text: string): SignUpMode {
  const mode = signUpModes.find(each => each === text)
  if (!mode) throw new Error(`--sign-ups is one of ${signUpModes.join(', ')}.`)
  return mode
}

function addressOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new Error('--webhook is an address such as http://localhost:3000/api/webhooks.')
  return text
}

await runMain(defineCommand({
  meta: { name: 'npm run clerk --', description: 'A local Clerk by itself: Frontend API, Backend API and signed webhooks, for any app that uses Clerk.' },
  args: {
    'port': { type: 'string', default: '4011', description: 'Where it listens; 0 picks a free port' },
    'webhook': { type: 'string', description: 'Where webhooks go, such as http://localhost:3000/api/webhooks' },
    'secret': { type: 'string', description: 'The webhooks\' signing secret; the same one every time where none is given' },
    'data': { type: 'string', description: 'A JSON file that keeps everything between runs' },
    'seed': { type: 'boolean', default: false, description: 'Begin with 25 people' },
    'limits': { type: 'boolean', default: true, description: 'Clerk\'s rate limits and lockout', negativeDescription: 'No rate limits, and no lockout after wrong passwords' },
    'multi-session': { type: 'boolean', default: false, description: 'More than one person may be signed in to a browser' },
    'first-name': { type: 'boolean', default: true, negativeDescription: 'A sign-up needs no first name' },
    'sign-ups': { type: 'string', default: 'public', description: `Who may sign up: ${signUpModes.join(', ')}` },
    'retry-scale': { type: 'string', default: '1', description: 'Multiplies the waits before a webhook is tried again; 0.01 is a hundred times as fast' },
  },
  run: ({ args }) => start(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }),
}))
