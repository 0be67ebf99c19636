import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { run } from '../support/process.ts'

const url = 'https://webhooks.clerk.com/in/c_0123456789/'
/** Stays until it is told to end, and tells how that came. */
const stays = `const { writeFileSync } = require('node:fs')
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => { writeFileSync(__filename + '.ended', name); process.exit(0) })
setInterval(() => {}, 1_000)
`
const says = (line: object, to = 'log') => `console.${to}(${JSON.stringify(JSON.stringify(line))})\n`

/** Stand-ins for `npx clerk`, which needs the network, and for `nuxt`, which dev.test.ts starts for real. What npx prints is what `clerk` 3.3.0 prints. */
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-relay-'))
  await command('nuxt', `${stays}console.log('nuxt', ...process.argv.slice(2))`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function command(name: string, script: string) {
  await writeFile(join(folder, name), `#!/usr/bin/env node\n${script}`)
  await chmod(join(folder, name), 0o755)
}

const relay = (port: number, env: Record<string, string> = {}) =>
  run(process.execPath, ['scripts/relay.ts', '--port', String(port)], { PATH: `${folder}:${process.env.PATH}`, ...env })

it('starts Clerk\'s relay, then the dev server, says what to do at Clerk, and ends both on a signal', async () => {
  const event = { type: 'event', svix_id: 'msg_1', event_type: 'user.updated', headers: {}, body_b64: 'c2VjcmV0', forward_status: 200, latency_ms: 5 }
  const lost = says({ type: 'reconnecting' })
  await command('npx', `${stays}writeFileSync(__filename + '.args', process.argv.slice(2).join(' '))\n${says({ type: 'ready', relay_url: url, forward_to: '' })}${says(event)}${lost}${lost}`)
  const port = await freePort()
  const child = relay(port)
  await child.says(`nuxt dev --port ${port}`)
  await child.says('Trying again')
  expect(await readFile(join(folder, 'npx.args'), 'utf8')).toMatch(new RegExp(`^--yes clerk@\\d+\\.\\d+\\.\\d+ webhooks listen --json --forward-to http://localhost:${port}/api/webhooks$`))
  expect(child.output()).toContain(`Endpoint URL   ${url}`)
  expect(child.output()).toContain('into .env as NUXT_CLERK_WEBHOOK_SIGNING_SECRET, and start again')
  expect(child.output()).toContain('user.updated as msg_1 by Clerk\'s relay: 200')
  expect(child.output().match(/Trying again/g)).toHaveLength(1)
  child.process.kill('SIGINT')
  expect(await child.ended).toBe(0)
  expect(child.output()).not.toContain('relay ended')
  for (const name of ['npx', 'nuxt']) expect(await readFile(join(folder, `${name}.ended`), 'utf8'), name).toBe('SIGINT')
})

it('with a signing secret, says that it must be that endpoint\'s; a relay that ends leaves the dev server running', async () => {
  await command('npx', `${says({ type: 'ready', relay_url: url })}setTimeout(() => { ${says({ error: { message: 'The relay is closed.' } }, 'error')}process.exit(1) }, 200)`)
  const child = relay(await freePort(), { CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0' })
  await child.says('Clerk\'s relay ended, so no delivery arrives. The relay is closed.')
  await child.says('nuxt dev')
  expect(child.output()).toContain('Its Signing Secret must be the one in NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
  child.process.kill('SIGTERM')
  expect(await child.ended).toBe(0)
  expect(await readFile(join(folder, 'nuxt.ended'), 'utf8')).toBe('SIGTERM')
})

it.each([
  ['no network', `${says({ type: 'reconnecting' })}${says({ error: { code: 'unexpected_error', message: 'Cannot reach the Svix relay — check your network and try again.' } }, 'error')}process.exitCode = 1`, 'Cannot reach the Svix relay — check your network and try again.'],
  ['no registry', `console.error('npm error code ENOTFOUND'); process.exitCode = 1`, 'npm error code ENOTFOUND'],
  ['silence', '', 'It ended without a word.'],
])('does not start the dev server behind %s, and says why', async (_, script, words) => {
  await command('npx', script)
  const child = relay(await freePort())
  expect(await child.ended).toBe(1)
  expect(child.output()).toContain(`Clerk's relay did not start. ${words}\n`)
  expect(child.output()).toContain('npm run dev goes without it')
  expect(child.output()).not.toContain('nuxt dev')
})

it('ends on a signal while it still connects, and leaves nothing behind', async () => {
  await command('npx', `console.error(process.pid)\nrequire('node:fs').writeFileSync(__filename + '.pid', String(process.pid))\nsetInterval(() => {}, 1_000)`)
  const child = relay(await freePort())
  await expect.poll(() => readFile(join(folder, 'npx.pid'), 'utf8').catch(() => '')).toMatch(/^\d+$/)
  const pid = Number(await readFile(join(folder, 'npx.pid'), 'utf8'))
  child.process.kill('SIGINT')
  expect(await child.ended).toBe(130)
  await expect.poll(() => {
    try {
      return process.kill(pid, 0)
    }
    catch {
      return false
    }
  }).toBe(false)
})

it('refuses a port that is taken, and one that is none', async () => {
  const port = await freePort()
  const taken = createServer().listen(port)
  const child = relay(port)
  expect(await child.ended).toBe(1)
  expect(child.output()).toContain(`Port ${port} is taken`)
  taken.close()
  const wrong = run(process.execPath, ['scripts/relay.ts', '--port', '70000'])
  expect(await wrong.ended).toBe(1)
  expect(wrong.output()).toContain('--port is a port number')
})
