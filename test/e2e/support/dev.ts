import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'

export interface Answer { status: number, type: string, text: string }

export interface DevServer {
  url: string
  /** A GET under this host name; as it is, not as a document, which Clerk would send round by its handshake. */
  get(path: string, host?: string, accept?: string): Promise<Answer>
  stop(): Promise<void>
}

/**
 * `nuxt dev` in this repo, without the developer's own .env.
 * @param env all that it is to know, besides PATH and HOME
 * @param dotenv the file that it takes for .env
 * @throws when it ends, or does not answer within a minute
 */
export async function startDev(env: Record<string, string>, dotenv = '.env.of-no-one'): Promise<DevServer> {
  const port = await freePort()
  const said: string[] = []
  // A group of its own: the command line starts a second process, and both must go.
  const child = spawn('nuxt', ['dev', '--port', String(port), '--host', 'localhost', '--dotenv', dotenv], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'development', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void said.push(chunk.toString()))
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const signal = (name: NodeJS.Signals) => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name)
  }
  const killWithUs = () => signal('SIGKILL')
  process.once('exit', killWithUs)

  const server: DevServer = {
    url: `http://localhost:${port}`,
    get: (path, host = `localhost:${port}`, accept = '*/*') => get(port, path, { host, accept }),
    async stop() {
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), 5_000)
      await ended
      clearTimeout(timer)
      process.off('exit', killWithUs)
    },
  }
  const deadline = Date.now() + 60_000
  for (;;) {
    // Until it is built, the dev server shows a page that says so.
    const answer = await server.get('/api/health').catch(() => null)
    if (answer && isJson(answer.text)) return server
    if (child.exitCode !== null || Date.now() > deadline) {
      await server.stop()
      throw new Error(`The dev server did not come up.\n${said.join('')}`)
    }
    await sleep(250)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  }
  catch {
    return false
  }
}

/** By hand, since `fetch` sets Host itself. */
function get(port: number, path: string, headers: { host: string, accept: string }): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request({ host: 'localhost', port, path, headers, timeout: 45_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => done({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }))
    })
    sent.on('timeout', () => sent.destroy(new Error('No answer.')))
    sent.on('error', fail)
    sent.end()
  })
}
