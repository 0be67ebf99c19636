import { spawn } from 'node:child_process'

/**
 * Builds the app into `.output`, as `npm run build` does.
 * @param options.env more of the environment, as whoever builds may have it
 * @throws with the last lines of what the build said
 */
export function buildApp(options: { cwd: string, env?: Record<string, string> }): Promise<void> {
  return new Promise((done, fail) => {
    const said: string[] = []
    const child = spawn('nuxt', ['build'], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, NODE_ENV: 'production' },
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (chunk: Buffer) => said.push(chunk.toString())
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', fail)
    child.once('exit', code => code === 0
      ? done()
      : fail(new Error(`The build failed.\n${said.join('').split('\n').slice(-30).join('\n')}`)))
  })
}
