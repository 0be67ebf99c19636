import { readFile } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { deliver } from '#scripts/lib/delivery.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'

/**
 * Live, measured on the built server (`npm run build` first): many streams on one process, and how long a signed delivery
 * takes to a screen, next to what LISTEN/NOTIFY alone takes in the same run. The load comes from this process, on the
 * same machine, so that the times with all clients hold its work, too. `--clients 5000`
 */
const CLIENTS = Number(process.argv[process.argv.indexOf('--clients') + 1]) || 5_000
const AT_ONCE = 100
const EVENTS = 20
const DELIVERIES = 50

interface Client {
  /** Resolves with the time at which the next message that holds `text` was read. */
  hears(text: string): Promise<number>
  close(): void
}

const agent = new Agent({ keepAlive: false, maxSockets: Infinity })

function connect(url: string): Promise<Client> {
  return new Promise((done, fail) => {
    let waiting: { text: string, heard: (at: number) => void } | undefined
    const client = (request: ClientRequest): Client => ({
      hears: text => new Promise(heard => waiting = { text, heard }),
      close: () => request.destroy(),
    })
    const request = get(`${url}/api/live`, { agent }, (response: IncomingMessage) => {
      if (response.statusCode !== 200) return fail(new Error(`The stream answered ${response.statusCode}.`))
      let text = ''
      response.setEncoding('utf8')
      response.on('error', () => {})
      response.on('data', (chunk: string) => {
        text += chunk
        if (!waiting || !text.includes(waiting.text)) {
          text = text.slice(-2_000)
          return
        }
        waiting.heard(performance.now())
        waiting = undefined
        text = ''
      })
      done(client(request))
    })
    request.on('error', fail)
  })
}

async function connectAll(url: string, count: number): Promise<Client[]> {
  const clients: Client[] = []
  while (clients.length < count) {
    clients.push(...await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => connect(url))))
  }
  return clients
}

const quantile = (values: number[], at: number) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))] ?? NaN
const p50 = (values: number[]) => quantile(values, 0.5)
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`

/** Resident memory of a process in bytes, where the system tells it; else NaN. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024
}

async function settledBytes(pid: number | undefined): Promise<number> {
  await sleep(3_000)
  return residentBytes(pid)
}

/** The time from NOTIFY to LISTEN, from one connection to another. */
async function bareRoundTrips(databaseUrl: string, count: number): Promise<number[]> {
  const [from, to] = [postgres(databaseUrl, { max: 1 }), postgres(databaseUrl, { max: 1 })]
  let heard = () => {}
  await to.listen('bench', () => heard())
  const times: number[] = []
  for (let n = 0; n < count + 5; n++) {
    const arrived = new Promise<void>(done => heard = done)
    const began = performance.now()
    await from`select pg_notify('bench', ${String(n)})`
    await arrived
    if (n >= 5) times.push(performance.now() - began)
  }
  await Promise.all([from.end(), to.end()])
  return times
}

const endings: (() => Promise<unknown>)[] = []
try {
  const database = await startTemporaryPostgres()
  endings.push(() => database.stop())
  const rollcall = await startAppWithClerk({ databaseUrl: database.url, env: { LIVE_STREAMS_PER_CLIENT: String(CLIENTS + 10) } })
  endings.push(() => rollcall.stop())
  const { app, clerk } = rollcall
  // By its address, so that no name is looked up within what is measured.
  const url = app.url.replace('localhost', '127.0.0.1')
  const id = clerk.users.create({ firstName: 'Ada' }).id
  await clerk.deliveries.settled()
  // Guests hear of people who are seen in posts.
  const post = await fetch(`${app.url}/api/posts`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${await clerk.session(id, { azp: app.url })}`, 'content-type': 'application/json', 'origin': app.url },
    body: JSON.stringify({ body: 'Here.' }),
  })
  if (post.status !== 201) throw new Error(`The post was answered ${post.status}.`)

  let clock = Date.now()
  /** A signed delivery that renames Ada. @returns when its 200 was there, and how long it took */
  async function rename(name: string) {
    clock = Math.max(clock + 1, Date.now())
    const body = JSON.stringify({ object: 'event', type: 'user.updated', timestamp: clock, instance_id: clerk.instanceId, data: {
      id, first_name: name, last_name: null, username: null, image_url: null, has_image: false, banned: false,
      email_addresses: [], primary_email_address_id: null, created_at: clock, updated_at: clock,
    } })
    const began = performance.now()
    const answer = await deliver(url, clerk.webhookSecret, body)
    const answered = performance.now()
    const said = await answer.text()
    if (answer.status !== 200) throw new Error(`The delivery was answered ${answer.status}: ${said}`)
    return { began, answered }
  }

  async function measure(clients: Client[], count: number, prefix: string) {
    const fromAnswer: number[] = []
    const fromBegin: number[] = []
    for (let n = 0; n < count + 3; n++) {
      const name = `${prefix} ${n} .`
      const heard = Promise.all(clients.map(client => client.hears(name)))
      const { began, answered } = await rename(name)
      const last = Math.max(...await heard)
      if (n < 3) continue
      fromBegin.push(last - began)
      fromAnswer.push(last - answered)
    }
    return { fromAnswer, fromBegin }
  }

  const bare = await bareRoundTrips(database.url, 200)
  const one = await connect(url)
  const single = await measure([one], DELIVERIES, 'One')
  one.close()

  const before = await settledBytes(app.process.pid)
  const began = performance.now()
  const clients = await connectAll(url, CLIENTS)
  const connecting = performance.now() - began
  const after = await settledBytes(app.process.pid)
  const all = await measure(clients, EVENTS, 'All')
  clients.forEach(client => client.close())
  const again = await bareRoundTrips(database.url, 200)
  const roundTrip = p50([...bare, ...again])

  const perClient = (after - before) / CLIENTS / 1024
  console.log(`
Live, on one process
  bare LISTEN/NOTIFY round trip, p50 of ${bare.length + again.length}                 ${ms(roundTrip)}
  delivery sent → an open stream, p50 of ${DELIVERIES} (p95)            ${ms(p50(single.fromBegin))} (${ms(quantile(single.fromBegin, 0.95))}), ${(p50(single.fromBegin) / roundTrip).toFixed(1)} round trips
  its 200 → an open stream, p50 of ${DELIVERIES} (p95)                  ${ms(p50(single.fromAnswer))} (${ms(quantile(single.fromAnswer, 0.95))}), ${(p50(single.fromAnswer) / roundTrip).toFixed(1)} round trips; below 0 the stream was first
  ${CLIENTS} streams opened, ${AT_ONCE} at a time                        ${ms(connecting)}, ${(connecting / CLIENTS).toFixed(2)} ms each
  memory of the server for each                              ${perClient.toFixed(1)} KiB (${(before / 2 ** 20).toFixed(0)} → ${(after / 2 ** 20).toFixed(0)} MiB)
  one event, delivery sent → the last of ${CLIENTS}, p50 of ${EVENTS} (p95)  ${ms(p50(all.fromBegin))} (${ms(quantile(all.fromBegin, 0.95))}), ${(p50(all.fromBegin) / p50(single.fromBegin)).toFixed(1)} times one stream's
`)
}
finally {
  for (const ending of endings.reverse()) await ending().catch(() => {})
}
