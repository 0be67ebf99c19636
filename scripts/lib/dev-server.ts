import { spawn } from 'node:child_process'

/**
 * `nuxt dev` on this port, in this terminal. Resolves when it has ended, and leaves its code in `process.exitCode`.
 * @param env more of the environment
 */
export function runDev(port: number, env: Record<string, string> = {}): Promise<void> {
  const child = spawn('nuxt', ['dev', '--port', String(port)], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, PORT: String(port), ...env },
  })
  // The terminal sends Ctrl-C to both; we stay until the dev server has gone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal))
  return new Promise(done => child.once('exit', (code) => {
    process.exitCode = code ?? 0
    done()
  }))
}
