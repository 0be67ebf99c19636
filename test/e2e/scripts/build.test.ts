import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { startApp } from '#scripts/lib/server.ts'
import { run } from '../support/process.ts'
import { createTestDatabase } from '../support/rollcall.ts'

const start = (env: Record<string, string>) => run(process.execPath, ['.output/server/index.mjs'], { NODE_ENV: 'production', PORT: '0', ...env })

const env = {
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcmsubG9jYWxob3N0JA',
  NUXT_CLERK_SECRET_KEY: 'sk_test_never_used',
  NUXT_CLERK_API_URL: 'http://127.0.0.1:9',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0',
  NUXT_SITE_URL: 'http://localhost:3000',
}

it('the built server without its environment ends at once, and names everything that is missing', async () => {
  const server = start({})
  expect(await server.ended).toBe(1)
  for (const name of ['DATABASE_URL', 'NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'NUXT_CLERK_SECRET_KEY', 'NUXT_SITE_URL']) {
    expect(server.output()).toContain(`"Set ${name}`)
  }
})

it('without DATABASE_URL alone it says that one thing', async () => {
  const server = start(env)
  expect(await server.ended).toBe(1)
  expect(JSON.parse(server.output().split('\n')[0] ?? '')).toMatchObject({ level: 'fatal', problems: ['Set DATABASE_URL to your Postgres, such as postgres://user:password@host:5432/rollcall.'] })
})

it('the guide\'s name for the signing secret will do', async () => {
  const { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: secret, ...rest } = env
  const server = start({ ...rest, CLERK_WEBHOOK_SIGNING_SECRET: secret })
  await server.ended
  expect(server.output()).not.toContain('SIGNING_SECRET')
})

it('a port that is taken ends it at once, with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const server = start({ ...env, DATABASE_URL: await createTestDatabase({ empty: true }), HOST: '127.0.0.1', PORT: String(typeof address === 'object' && address ? address.port : 0) })
  expect(await server.ended).toBe(1)
  expect(server.output()).toContain('This port is taken.')
  taken.close()
})

// Other work on the machine may delay one of three rounds; a wait of the server's own would delay each.
it('four instances that start together on an empty database all come up, and end within a second', { retry: 2 }, async () => {
  const databaseUrl = await createTestDatabase({ empty: true })
  const ports = await Promise.all([1, 2, 3, 4].map(freePort))
  const apps = await Promise.all(ports.map(port => startApp({ cwd: process.cwd(), port, quiet: true, env: { ...env, DATABASE_URL: databaseUrl } })))
  const began = performance.now()
  await Promise.all(apps.map(app => app.stop()))
  expect(performance.now() - began).toBeLessThan(1_500)
  expect(apps.map(app => app.output()).join('')).not.toMatch(/"level":"(?:error|fatal)"/)
})

it('the client carries nothing of the server', async () => {
  const dir = '.output/public'
  const files = (await readdir(dir, { recursive: true })).filter(name => name.endsWith('.js'))
  expect(files.length).toBeGreaterThan(5)
  const client = (await Promise.all(files.map(name => readFile(join(dir, name), 'utf8')))).join('\n')
  for (const marker of ['rollcall_changes', 'webhook_events', 'pg_notify', 'DATABASE_URL', 'NUXT_CLERK_SECRET_KEY', 'drizzle', 'NUXT_SITE_URL']) {
    expect(client.includes(marker), marker).toBe(false)
  }
})
