import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWebhookSecret } from '#local-clerk/deliveries/sign.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import { apiRoutes, pageRoutes } from '#server/utils/routes.ts'
import type { Actors } from '../support/actors.ts'
import { actors, createActors } from '../support/actors.ts'
import { plantedAtBuild } from '../support/planted.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { createTestDatabase, startRollcall } from '../support/rollcall.ts'

const signingKey = 'planted 4711 signing key'
const secrets = {
  secretKey: 'sk_test_planted4711secretkey',
  signingSecret: `whsec_${Buffer.from(signingKey).toString('base64')}`,
  metricsToken: 'planted-4711-metrics-token',
  cronToken: 'planted-4711-cron-token',
  databasePassword: 'planted-4711-database-password',
}
/** Parts as well as wholes: what is logged may be cut. */
const secretMarkers = ['planted4711', 'planted-4711', signingKey, secrets.signingSecret.slice('whsec_'.length)]
const email = 'planted.4711@example.com'
const birthday = '1971-03-09'
const lastName = 'Quillfeather'

let rollcall: Rollcall
let everyone: Actors
let sessions: string[] = []

beforeAll(async () => {
  rollcall = await startRollcall({
    clerk: { secretKey: secrets.secretKey },
    prepare: clerk => clerk.users.create({ firstName: 'Mia', lastName, email }),
    env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: `${secrets.signingSecret},${defaultWebhookSecret}`, METRICS_TOKEN: secrets.metricsToken, CRON_TOKEN: secrets.cronToken, LOG_LEVEL: 'debug' },
    databaseUrl: await withPassword(await createTestDatabase()),
  })
  const mia = rollcall.clerk.users.list().find(user => user.lastName === lastName)?.id ?? ''
  everyone = await createActors(rollcall)
  sessions = actors.flatMap(actor => Object.values(everyone.headers(actor, 'bearer'))).map(header => header.slice('Bearer '.length))
  // All of Clerk's users, by the way that needs no delivery.
  expect((await rollcall.request('/api/admin/check', { as: everyone.ids.admin, json: {} })).status).toBe(200)
  await rollcall.request('/api/admin/reconcile', { as: everyone.ids.admin, json: {} })
  for (let tries = 0; tries < 200; tries++) {
    if ((await rollcall.db.$client`select from users where id = ${mia}`).length > 0) break
    await sleep(50)
  }
  await rollcall.db.$client`insert into profiles (user_id, bio, birthday) values (${mia}, 'Hello', ${birthday})`
  expect((await rollcall.request('/api/posts', { as: mia, json: { body: 'Hello' } })).status).toBe(201)
  everyone.ids.other = mia
})
afterAll(() => rollcall?.stop())

/** The same database by a role that has a password to be found. */
async function withPassword(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl)
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  const role = `r${url.pathname.slice(1)}`
  await sql.unsafe(`create role ${role} login superuser password '${secrets.databasePassword}'`)
  await sql.end()
  Object.assign(url, { username: role, password: secrets.databasePassword })
  return url.href
}

const paths = [
  ...Object.entries(apiRoutes).flatMap(([route, methods]) => methods.map(method => ({ method, route }))),
  ...[...pageRoutes, '/nothing', '/api/nothing'].map(route => ({ method: 'GET', route })),
]
const pathOf = (route: string) => route.replace('/*', '').replace(':id', /posts|runs/.test(route) ? '01990000-0000-7000-8000-000000000001' : everyone.ids.other)

async function answerOf(method: string, route: string, actor: typeof actors[number]): Promise<string> {
  const answer = await rollcall.request(pathOf(route), { method, headers: { accept: '*/*', ...everyone.headers(actor, 'bearer') }, redirect: 'manual', ...method === 'GET' ? {} : { json: { body: 'Hello' } } })
  const head = JSON.stringify([...answer.headers])
  if (!/\/live$/.test(route)) return head + await answer.text()
  await answer.body?.cancel()
  return head
}

describe('what is secret or personal', () => {
  it('is in no answer, whoever asks: no secret at all, and nobody else\'s e-mail or birthday', async () => {
    for (const { method, route } of paths) {
      for (const actor of ['nobody', 'member', 'admin', 'expired'] as const) {
        const text = await answerOf(method, route, actor)
        const hidden = [...secretMarkers, birthday, ...sessions, ...actor === 'admin' ? [] : [email]]
        expect(hidden.filter(marker => text.includes(marker)), `${method} ${route}, ${actor}`).toEqual([])
      }
    }
  })

  it('is in no answer and no line of the log when a delivery is refused, Clerk says no, or the database fails', async () => {
    const { url } = rollcall.app
    const body = JSON.stringify({ ...fixture('user.created'), data: { ...fixture('user.created').data, first_name: 5, last_name: lastName, email_addresses: [{ id: 'a', email_address: email }] }, instance_id: rollcall.clerk.instanceId })
    const answers = [await deliver(url, secrets.signingSecret, body), await deliver(url, secrets.signingSecret, body, { signature: 'v1,none' })]
    await rollcall.db.execute('alter table users rename to users_away')
    for (const path of ['/api/posts?limit=9', `/users/${everyone.ids.other}`, '/api/metrics', '/api/health', '/api/admin/users', '/api/cron/check']) {
      const authorization = { '/api/metrics': `Bearer ${secrets.metricsToken}`, '/api/cron/check': `Bearer ${secrets.cronToken}` }[path]
      answers.push(await rollcall.request(path, { as: everyone.ids.admin, headers: { accept: '*/*', ...authorization && { authorization } } }))
    }
    answers.push(await deliver(url, secrets.signingSecret, body.replace('"first_name":5', '"first_name":"Mia"')))
    await rollcall.db.execute('alter table users_away rename to users')
    expect(answers.filter(({ status }) => status >= 500).length).toBeGreaterThan(2)
    const text = (await Promise.all(answers.map(async answer => JSON.stringify([...answer.headers]) + await answer.text()))).join('\n')
    for (const marker of [...secretMarkers, email, birthday, lastName, ...sessions]) expect(text, marker).not.toContain(marker)
  })

  it('is not in the metrics, nor in what health says', async () => {
    const answer = await rollcall.request('/api/metrics', { headers: { authorization: `Bearer ${secrets.metricsToken}` } })
    expect(answer.status).toBe(200)
    const text = await answer.text() + await (await rollcall.request('/api/health')).text()
    for (const marker of [...secretMarkers, email, birthday, lastName, ...Object.values(everyone.ids)]) expect(text, marker).not.toContain(marker)
  })

  it('is not in the log, at its most talkative', async () => {
    await sleep(250)
    expect(rollcall.app.output()).toContain('"level":"debug"')
    for (const marker of [...secretMarkers, email, birthday, lastName, ...sessions, ...Object.values(everyone.ids)]) expect(rollcall.app.output(), marker).not.toContain(marker)
  })
})

it('what the build saw of secrets is in nothing that it wrote', async () => {
  const files = (await readdir('.output', { recursive: true, withFileTypes: true })).filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
  expect(files.length).toBeGreaterThan(20)
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name))
    const text = (name.endsWith('.br') ? brotliDecompressSync(bytes) : name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    for (const [variable, secret] of Object.entries(plantedAtBuild)) expect(text.includes(secret), `${variable} in ${name}`).toBe(false)
  }
})
