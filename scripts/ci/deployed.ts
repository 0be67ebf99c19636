import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { startLocalClerk } from '#local-clerk/index.ts'
import { freePort } from '../lib/ports.ts'
import { startTemporaryPostgres } from '../lib/postgres.ts'
import { root } from '../lib/rollcall.ts'

/**
 * Runs what would be deployed where nothing else of this repo is, with environment variables alone, and sends it a
 * signed delivery: it must serve the user, and end with code 0 within 5 s of SIGTERM.
 * Usage: node scripts/ci/deployed.ts output path/to/node            the built output, copied to an empty folder
 *        node scripts/ci/deployed.ts image docker rollcall [flags]   an image of the Dockerfile; flags of `docker run`
 */
const STOP_MS = 5_000

/** As the image has it; the first word says that the others are a command. */
const HealthCheck = v.object({ Test: v.array(v.string()) })

interface Place {
  command: string
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** What else must hold once it is ready. */
  judge(): void
  remove(): Promise<void>
}

type Environment = Record<string, string>

async function placeOutput(node: string, env: Environment): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-output-'))
  await cp(join(root, '.output'), folder, { recursive: true, verbatimSymlinks: true })
  return { command: node, args: ['server/index.mjs'], cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, judge() {}, remove: () => rm(folder, { recursive: true }) }
}

async function placeImage(tool: string, image: string, flags: string[], env: Environment): Promise<Place> {
  const name = `rollcall-${process.pid}`
  const inside = (...command: string[]) => ask(tool, ['exec', name, ...command])
  return {
    command: tool,
    args: ['run', '--rm', '--name', name, '--network', 'host', '--read-only', ...flags, ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]), image],
    cwd: root,
    env: process.env,
    judge() {
      const user = inside('id', '-u')
      if (user === '0') throw new Error('It runs as root.')
      const files = inside('ls', '-A', '/app')
      if (files !== '.output') throw new Error(`It holds more than the output: ${files}`)
      const health = v.parse(HealthCheck, JSON.parse(ask(tool, ['image', 'inspect', '--format', '{{json .Config.Healthcheck}}', image])))
      inside(...health.Test.slice(1))
      console.log(`user ${user}, ${(Number(ask(tool, ['image', 'inspect', '--format', '{{.Size}}', image])) / 1e6).toFixed(0)} MB with Node`)
    },
    async remove() {
      spawnSync(tool, ['rm', '--force', name], { stdio: 'ignore' })
    },
  }
}

function ask(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}. ${stderr}`)
  return stdout.trim()
}

async function until(what: string, isSo: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(100)) {
    if (await isSo().catch(() => false)) return
  }
  throw new Error(`Not ${what} within ${timeoutMs} ms.`)
}

async function judge(choose: (env: Environment) => Promise<Place>): Promise<void> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const [postgres, clerk] = await Promise.all([startTemporaryPostgres(), startLocalClerk({ port: 0, webhook: { url: `${url}/api/webhooks` } })])
  const place = await choose({ ...clerk.env, DATABASE_URL: postgres.url, NUXT_SITE_URL: url, SYNC_CHECK_SECONDS: '0', RECONCILE_CRON: 'off', NODE_ENV: 'production', PORT: String(port) })
  const app = spawn(place.command, place.args, { cwd: place.cwd, env: place.env, stdio: 'inherit' })
  const ended = new Promise<number | null>(done => app.once('exit', done))
  try {
    await until('ready', async () => (await fetch(`${url}/api/health`)).ok)
    place.judge()
    const { id } = clerk.users.create({ firstName: 'Zoë', lastName: '山本' })
    await until('shown', async () => (await (await fetch(`${url}/users/${id}`)).text()).includes('Zoë'))
    app.kill('SIGTERM')
    const code = await Promise.race([ended, sleep(STOP_MS, 'late' as const, { ref: false })])
    if (code !== 0) throw new Error(`After SIGTERM: ${code}.`)
    console.log('It ran alone, took a delivery, showed it, and ended when asked.')
  }
  finally {
    app.kill('SIGKILL')
    await place.remove()
    await clerk.close()
    await postgres.stop()
  }
}

const [kind, ...args] = process.argv.slice(2)
const [first, second, ...flags] = args
if (kind === 'output' && first) await judge(env => placeOutput(first, env))
else if (kind === 'image' && first && second) await judge(env => placeImage(first, second, flags, env))
else throw new Error('Say "output path/to/node" or "image docker name".')
