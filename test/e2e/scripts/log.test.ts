import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet } from '#scripts/lib/rollcall.ts'

const token = 'a token of 16 characters'

const env = {
  ...quiet,
  NODE_ENV: 'production',
  // Nothing listens there, so each look at the metrics writes a line.
  DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcmsubG9jYWxob3N0JA',
  NUXT_CLERK_SECRET_KEY: 'sk_test_never_used',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0',
  NUXT_SITE_URL: 'http://localhost:3000',
  METRICS_TOKEN: token,
}

it('a server whose log nobody reads any more goes on, and does not spin', async () => {
  const port = await freePort()
  const server = spawn(process.execPath, ['.output/server/index.mjs'], { env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  await once(server.stdout, 'data')
  server.stdout.destroy()
  server.stderr.destroy()

  const cpuSeconds = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/metrics`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) })
    expect(answer.status).toBe(200)
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(await answer.text())?.[1])
  }
  await cpuSeconds()
  const before = await cpuSeconds()
  await sleep(1_000)
  expect(await cpuSeconds() - before).toBeLessThan(0.3)
})
