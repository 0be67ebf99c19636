import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import packageJson from '../../package.json' with { type: 'json' }

/** npm may have to fetch the tool, some 100 MB; it then gives Clerk's relay 30 s by itself. */
const READY_MS = 300_000
/** After Ctrl-C it brings deliveries in flight to their end, for 2 s at most. */
const END_MS = 3_000
/** Of what went wrong, the last lines say it, in characters. */
const MAX_SAID = 2_000

/** What `clerk webhooks listen --json` prints, one object a line: https://github.com/clerk/cli */
const Line = v.pipe(v.string(), v.parseJson(), v.variant('type', [
  v.object({ type: v.literal('ready'), relay_url: v.pipe(v.string(), v.url()) }),
  v.object({ type: v.literal('event'), svix_id: v.string(), event_type: v.string(), forward_status: v.number() }),
  v.object({ type: v.literal('reconnecting') }),
]))
const Failure = v.pipe(v.string(), v.parseJson(), v.object({ error: v.object({ message: v.string() }) }))

export type RelayLine = v.InferOutput<typeof Line>

export interface Relay {
  /** The address that Clerk delivers to: the same at each start on one machine. */
  url: string
  /** Resolves when the relay has ended, whoever ended it, with its last words. */
  ended: Promise<string>
  /** Ends it, and waits. */
  stop(): Promise<void>
}

/**
 * Clerk's own relay, `clerk webhooks listen`: Clerk delivers to an address of Clerk's, and the tool brings it here. It
 * needs no account, and knows no signing secret: that is the endpoint's in the dashboard. npm fetches the tool when it is
 * first wanted and keeps it; it is ten times the size of our other tools.
 * @param forwardTo where deliveries go, `http://localhost:…/api/webhooks`
 * @param onLine is told of each delivery, and of each time the relay connects again
 * @throws when the relay ends before it is ready, in the tool's words, or is not ready after 5 minutes
 */
export async function startRelay(forwardTo: string, onLine: (line: RelayLine) => void): Promise<Relay> {
  const onWindows = process.platform === 'win32'
  // A group of its own: npx, the tool's launcher and the tool are three processes, and all must go.
  const child = spawn('npx', ['--yes', `clerk@${packageJson.config.clerk}`, 'webhooks', 'listen', '--json', '--forward-to', forwardTo], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !onWindows,
    shell: onWindows,
    env: { CLERK_TELEMETRY_DISABLED: '1', ...process.env },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-MAX_SAID)
  })
  const signal = (name: NodeJS.Signals) => {
    if (!child.pid || child.exitCode !== null || child.signalCode !== null) return
    if (onWindows) child.kill(name)
    else process.kill(-child.pid, name)
  }
  process.once('exit', () => signal('SIGKILL'))
  const ended = Promise.race([once(child, 'close'), once(child, 'error').then(([error]) => {
    said += String(error)
  })]).then(() => lastWords(said))
  async function stop() {
    signal('SIGINT')
    const timer = setTimeout(() => signal('SIGKILL'), END_MS)
    await ended
    clearTimeout(timer)
  }

  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = v.safeParse(Line, text)
    if (!line.success) return
    if (line.output.type === 'ready') ready.resolve(line.output.relay_url)
    else onLine(line.output)
  })
  const timer = setTimeout(() => ready.reject(new Error('It was not ready after 5 minutes.')), READY_MS)
  void ended.then(words => ready.reject(new Error(words || 'It ended without a word.')))
  try {
    return { url: await ready.promise, ended, stop }
  }
  catch (error) {
    await stop()
    throw error
  }
  finally {
    clearTimeout(timer)
  }
}

/** The tool's own message, where there is one; else what npm and the system said. */
function lastWords(said: string): string {
  const lines = said.split('\n').filter(line => line.trim() !== '')
  const failure = lines.map(line => v.safeParse(Failure, line)).findLast(({ success }) => success)
  return failure?.success ? failure.output.error.message : lines.slice(-5).join('\n')
}
