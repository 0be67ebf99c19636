import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { deliver } from '#scripts/lib/delivery.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'
import type { Running } from '../support/process.ts'
import { run } from '../support/process.ts'
import { createTestDatabase } from '../support/rollcall.ts'
import packages from '../../../package.json' with { type: 'json' }

/** An empty Nuxt app, to which is done what docs/own-app.md says, and nothing else. */
const emptyApp = {
  'package.json': '{ "private": true, "type": "module" }',
  'nuxt.config.ts': 'export default defineNuxtConfig({ compatibilityDate: \'2026-11-01\', telemetry: false })',
  'app/app.vue': '<template><main>An app of one\'s own</main></template>',
}
/** What a Nuxt app has by itself. */
const itsPackages = ['nuxt', 'vue', 'vue-router', 'h3']

const page = await readFile(join(root, 'docs/own-app.md'), 'utf8')
const blocks = (language: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.+?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)
const [copy = '', install = ''] = blocks('sh')
const files = blocks('ts').map(text => ({ path: /^\/\/ (.+)\n/.exec(text)?.[1] ?? '', text }))
const installed = [...install.matchAll(/ ([@\w/-]+)@(\d\S+)/g)].map(([, name = '', version = '']) => ({ name, version }))

let place: string
let app: Running
let url: string
let clerk: LocalClerk
let sql: postgres.Sql

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'rollcall-own-app-'))
  const folder = join(place, 'app')
  await symlink(root, join(place, 'rollcall'))
  for (const [path, text] of Object.entries(emptyApp)) await write(join(folder, path), text)
  await promisify(execFile)('sh', ['-ec', copy], { cwd: folder })
  for (const { path, text } of files) await write(join(folder, path), text)
  for (const name of [...itsPackages, ...installed.map(one => one.name)]) {
    await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  await buildApp({ cwd: folder })

  const port = await freePort()
  url = `http://localhost:${port}`
  clerk = await startLocalClerk({ port: 0, webhook: { url: `${url}/api/webhooks` }, retryScale: 0.001 })
  clerk.users.import({ count: 3 })
  const databaseUrl = await createTestDatabase({ empty: true })
  sql = postgres(databaseUrl, { max: 1 })
  const { NUXT_CLERK_SECRET_KEY = '', NUXT_CLERK_WEBHOOK_SIGNING_SECRET = '', NUXT_CLERK_API_URL = '' } = clerk.env
  app = run(process.execPath, ['.output/server/index.mjs'], { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: databaseUrl, NUXT_CLERK_SECRET_KEY, NUXT_CLERK_WEBHOOK_SIGNING_SECRET, NUXT_CLERK_API_URL }, folder)
  await app.says('Listening')
}, 90_000)

afterAll(async () => {
  app?.process.kill('SIGKILL')
  await app?.ended
  await clerk?.close()
  await sql?.end()
  await rm(place, { recursive: true, force: true })
})

async function write(path: string, text: string) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

const row = async (id: string) => (await sql`select first_name, deleted_at is not null as deleted, synced_by from users where id = ${id}`)[0]

it('the page names the packages that the files import, in the versions that are tested here', async () => {
  const versions: Record<string, string> = packages.dependencies
  expect(installed).toEqual(installed.map(({ name }) => ({ name, version: versions[name] })))
  const imported = new Set<string>()
  for (const path of await readdir(join(place, 'app'), { recursive: true })) {
    if (!/^(?:db|server|shared)\/.*(?<!\.d)\.ts$/.test(path)) continue
    const text = await readFile(join(place, 'app', path), 'utf8')
    for (const [, name = ''] of text.matchAll(/ from '((?:@[^/']+\/)?[^#./@'][^/']*)/g)) if (!name.startsWith('node:')) imported.add(name)
  }
  expect([...imported].sort()).toEqual([...installed.map(one => one.name), 'h3'].sort())
})

it('brings in by itself everyone whom Clerk has', async () => {
  await expect.poll(async () => (await sql`select id from users where synced_by = 'scan'`).length).toBe(3)
})

it('writes what Clerk delivers: a new user, a change, a delete', async () => {
  const { id } = clerk.users.create({ firstName: 'Zoë', lastName: '山本' })
  await expect.poll(() => row(id)).toEqual({ first_name: 'Zoë', deleted: false, synced_by: 'webhook' })
  const shown = await fetch(`${url}/api/people/${id}`)
  expect(await shown.json()).toMatchObject({ id, name: 'Zoë 山本' })
  clerk.users.update(id, { firstName: 'Zora' })
  await expect.poll(() => row(id)).toMatchObject({ first_name: 'Zora' })
  clerk.users.delete(id)
  await expect.poll(() => row(id)).toMatchObject({ first_name: null, deleted: true })
})

it('refuses what is not signed, is too large, or is of another Clerk app', async () => {
  expect((await fetch(`${url}/api/webhooks`, { method: 'POST', body: '{}' })).status).toBe(400)
  expect((await deliver(url, 'whsec_bm90IG91ciBzZWNyZXQ', '{}')).status).toBe(400)
  expect((await deliver(url, clerk.webhookSecret, 'not JSON')).status).toBe(422)
  expect((await deliver(url, clerk.webhookSecret, ' '.repeat(1024 * 1024 + 1))).status).toBe(413)
})

it('ends when it is asked to', async () => {
  app.process.kill('SIGTERM')
  expect(await app.ended).toBe(0)
  expect(app.output()).not.toMatch(/error|failed/i)
})
