import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'

/** Debian's `haproxy`; CI has to have it. */
export const hasBalancer = spawnSync('haproxy', ['-v']).status === 0 || process.env.CI === 'true'

/** A real HAProxy before two instances, with the file that the docs give. */
export async function startBalancer([first, second]: string[]): Promise<{ url: string, stop(): Promise<void> }> {
  const port = await freePort()
  const place = (url = '') => `127.0.0.1:${new URL(url).port}`
  const child = spawn('haproxy', ['-db', '-f', join(root, 'docs/balancer/haproxy.cfg')], {
    env: { PATH: process.env.PATH, BIND: `127.0.0.1:${port}`, FIRST: place(first), SECOND: place(second) },
    stdio: 'ignore',
  })
  const url = `http://localhost:${port}`
  for (let attempt = 0; attempt < 50 && !await fetch(`${url}/api/health`).then(({ ok }) => ok, () => false); attempt++) await sleep(100)
  return {
    url,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
