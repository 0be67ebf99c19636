import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import parsePrometheus from 'parse-prometheus-text-format'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { DatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { startDatabaseProxy } from '#scripts/lib/database-proxy.ts'
import { freePort } from '#scripts/lib/ports.ts'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const PER_CLIENT = 3
const IN_ALL = 30
const token = 'a-token-of-some-length'
const env = { LIVE_STREAMS_PER_CLIENT: String(PER_CLIENT), LIVE_STREAMS: String(IN_ALL), METRICS_TOKEN: token }

let proxy: DatabaseProxy
/** Two instances that trust no proxy. */
let rollcall: Rollcall
/** One that trusts a proxy, on the same database. */
let proxied: RunningApp

beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2, env, route: async (url) => {
    proxy = await startDatabaseProxy(url)
    return proxy.url
  } })
  const port = await freePort()
  proxied = await startApp({ cwd: root, port, env: { ...rollcall.clerk.env, ...quiet, ...env, TRUSTED_PROXIES: '1', DATABASE_URL: rollcall.databaseUrl, NUXT_SITE_URL: `http://localhost:${port}` }, quiet: true })
})
afterAll(async () => {
  await proxied?.stop()
  await rollcall?.stop()
  await proxy?.close()
})

async function metric(app: RunningApp, name: string): Promise<number> {
  const answer = await fetch(`${app.url}/api/metrics`, { headers: { authorization: `Bearer ${token}` } })
  return Number(parsePrometheus(await answer.text()).find(family => family.name === name)?.metrics[0]?.value)
}
const openStreams = (app: RunningApp) => metric(app, 'rollcall_live_clients')

/** Asks for a stream and keeps it until the test is over. */
async function ask(app: RunningApp, forwardedFor?: string, abort = new AbortController()): Promise<{ status: number, retryAfter: string | null }> {
  onTestFinished(() => abort.abort())
  const { status, headers } = await fetch(`${app.url}/api/live`, { signal: abort.signal, headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor } })
  return { status, retryAfter: headers.get('retry-after') }
}
const times = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('of two instances that trust no proxy', () => {
  const [first, second] = [0, 1].map(index => () => {
    const app = rollcall.apps[index]
    if (!app) throw new Error('There are two instances.')
    return app
  }) as [() => RunningApp, () => RunningApp]

  it('one who leaves while LISTEN is being opened keeps no place', async () => {
    proxy.hold()
    const leaver = new AbortController()
    const asked = times(PER_CLIENT).map(() => ask(first(), undefined, leaver).catch(() => 'left'))
    await sleep(300)
    leaver.abort()
    expect(await Promise.all(asked)).toEqual(times(PER_CLIENT).map(() => 'left'))
    proxy.release()
    await expect.poll(async () => (await ask(first())).status).toBe(200)
    expect(await openStreams(first())).toBe(1)
    expect((await ask(first())).status).toBe(200)
  })

  it('the limit for one address holds when all ask at once, and says when to ask again', async () => {
    proxy.hold()
    const asked = times(20).map(() => ask(second()))
    await sleep(300)
    proxy.release()
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(PER_CLIENT)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(20 - PER_CLIENT)
    for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThan(0)
  })

  it('a forged X-Forwarded-For is no other address, and is noted', async () => {
    await expect.poll(() => openStreams(first())).toBe(0)
    const noted = async () => (await rollcall.db.$client`select forwarded_at from sync_state`)[0]?.forwarded_at
    expect(await noted()).toBeNull()
    const answers = []
    for (const n of times(PER_CLIENT + 1)) answers.push((await ask(first(), `192.0.2.${n}`)).status)
    expect(answers).toEqual([...times(PER_CLIENT).map(() => 200), 429])
    await expect.poll(noted).not.toBeNull()
  })
})

describe('of an instance that trusts one proxy', () => {
  beforeEach(() => expect.poll(() => openStreams(proxied)).toBe(0))

  it('what the proxy saw is the address, not what a client says before it', async () => {
    const answers = []
    for (const n of times(PER_CLIENT + 1)) answers.push((await ask(proxied, `192.0.2.${n}, 198.51.100.7`)).status)
    expect(answers).toEqual([...times(PER_CLIENT).map(() => 200), 429])
    expect((await ask(proxied, '198.51.100.7, 198.51.100.8')).status).toBe(200)
  })

  it('all streams together have a limit, too', async () => {
    const answers = []
    for (const n of times(IN_ALL + 1)) answers.push(await ask(proxied, `192.0.2.${n}`))
    expect(answers.map(({ status }) => status)).toEqual([...times(IN_ALL).map(() => 200), 503])
    expect(Number(answers.at(-1)?.retryAfter)).toBeGreaterThan(0)
  })

  it('who reads nothing is closed, and does not fill the memory', async () => {
    const readers = IN_ALL - 5
    const ids = times(100).map(n => `user_${String(n).padStart(27, '0')}`)
    const sql = rollcall.db.$client
    await sql`insert into users (id, first_name, clerk_created_at, clerk_updated_at, synced_at, synced_by) select id, repeat('n', 4000), now(), now(), now(), 'webhook' from unnest(${ids}::text[]) id`
    await sql`insert into posts (id, author_id, body) select gen_random_uuid(), id, 'Here.' from unnest(${ids}::text[]) id`
    for (const n of times(readers)) {
      const socket = connect(Number(new URL(proxied.url).port), '127.0.0.1').on('error', () => {})
      onTestFinished(() => void socket.destroy())
      socket.pause()
      socket.write(`GET /api/live HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 192.0.2.${n}\r\n\r\n`)
    }
    await expect.poll(() => openStreams(proxied)).toBe(readers)

    const before = await metric(proxied, 'process_resident_memory_bytes')
    for (let n = 0; n < 60 && await openStreams(proxied) > 0; n++) {
      await sql`select pg_notify('rollcall_changes', ${JSON.stringify({ users: ids })})`
      // What comes while a message is made goes together in the next.
      await sleep(50)
    }
    const grown = await metric(proxied, 'process_resident_memory_bytes') - before
    expect(grown).toBeLessThan(150 * 2 ** 20)
    await expect.poll(() => openStreams(proxied)).toBe(0)
  })
})
