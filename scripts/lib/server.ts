import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pretty from 'pino-pretty'

export interface RunningApp {
  url: string
  process: ChildProcess
  /** What the server wrote so far, both streams. */
  output(): string
  /** Asks it to end, and waits. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts the built server from `.output` and waits until it is ready.
 * @param options.env all that the server is to know; nothing of ours leaks in but PATH and HOME
 * @param options.quiet keeps its output for `output()` and does not print it
 * @throws when it ends before it is ready, or is not ready after `timeoutMs` (30 s)
 */
export async function startApp(options: { cwd: string, port: number, env: Record<string, string>, quiet?: boolean, timeoutMs?: number }): Promise<RunningApp> {
  const said: string[] = []
  const child = spawn(process.execPath, [join(options.cwd, '.output/server/index.mjs')], {
    cwd: options.cwd,
    // What Node compiled is kept for the next start, and goes with the build.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: join(options.cwd, '.output/compiled'), NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(options.port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void said.push(chunk.toString()))
  if (!options.quiet) {
    // Its lines are JSON, for programs.
    child.stdout.pipe(pretty({ ignore: 'requestId', singleLine: true, sync: true, translateTime: 'SYS:HH:MM:ss' }))
    child.stderr.pipe(process.stderr, { end: false })
  }
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const killWithUs = () => void child.kill('SIGTERM')
  process.once('exit', killWithUs)
  void ended.then(() => process.off('exit', killWithUs))

  const app: RunningApp = {
    url: `http://localhost:${options.port}`,
    process: child,
    output: () => said.join(''),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
  try {
    await waitUntilReady(app, options.timeoutMs ?? 30_000)
  }
  catch (error) {
    await app.stop('SIGKILL')
    throw error
  }
  return app
}

async function waitUntilReady(app: RunningApp, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (app.process.exitCode !== null) throw new Error(`The server ended with code ${app.process.exitCode}.\n${app.output()}`)
    const ready = await fetch(`${app.url}/api/health`).then(response => response.ok, () => false)
    if (ready) return
    await sleep(100)
  }
  throw new Error(`The server was not ready after ${timeoutMs} ms.\n${app.output()}`)
}
