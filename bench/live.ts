import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import * as v from 'valibot'
import { deliver } from '#scripts/lib/delivery.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import type { AppWithClerk } from '#scripts/lib/rollcall.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { Bench, Line } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { cpuMs, residentBytes } from './lib/process-use.ts'
import type { StreamClient } from './lib/streams.ts'
import { openStreams } from './lib/streams.ts'

/*
 * A signed delivery on its way to open pages, on the built server. The baseline is a bare Node server that writes the very
 * same bytes to as many sockets, in turn with the app and to the same client. The client is this process, on the same
 * machine, so its work is in the times of both.
 */
const FULL = { pages: [100, 1_000, 5_000], events: 20, single: 50, settleMs: 3_000 }
const SMOKE: typeof FULL = { pages: [20, 50], events: 3, single: 3, settleMs: 0 }
const WARM_UP = 3

const Address = v.tuple([v.object({ url: v.string() })])

interface Side {
  name: string
  process: ChildProcess
  stream: string
  clients: StreamClient[]
  /** Has one event told. @returns the bytes of the message as one client read them, and the time until the last had them, ms */
  tell(round: number): Promise<{ ms: number, bytes: Buffer }>
}

export const run: Bench = async ({ smoke }) => {
  const { pages, events, single, settleMs } = smoke ? SMOKE : FULL
  const most = Math.max(...pages)
  const endings: (() => unknown)[] = []
  try {
    const database = await startTemporaryPostgres()
    endings.push(() => database.stop())
    const rollcall = await startAppWithClerk({ databaseUrl: database.url, env: { LIVE_STREAMS_PER_CLIENT: String(most + 10) } })
    endings.push(() => rollcall.stop())
    const server = fork('bench/lib/bare-streams.ts')
    endings.push(() => server.kill())
    const [{ url: bareUrl }] = v.parse(Address, await once(server, 'message'))

    const rename = await prepareRename(rollcall)
    let frame = ''
    const ours: Side = {
      name: 'Rollcall', process: rollcall.app.process, stream: `${addressOf(rollcall)}/api/live`, clients: [],
      async tell(round) {
        const told = await tellAll(this.clients, `Name ${round} .`, rename)
        frame = messageIn(told.bytes)
        return told
      },
    }
    const bare: Side = {
      name: 'a bare server', process: server, stream: `${bareUrl}/`, clients: [],
      tell() {
        return tellAll(this.clients, frame, async () => void await fetch(bareUrl, { method: 'POST', body: frame }))
      },
    }

    const lines: Line[] = []
    const [one] = await openStreams(ours.stream, 1)
    ours.clients = one ? [one] : []
    const alone = (await rounds([ours], single)).map(([{ ms } = { ms: Number.NaN }]) => ms)
    lines.push(compare({ work: 'delivery to an open page', size: '1 page', unit: 'ms' }, alone, { name: 'NOTIFY to LISTEN', values: await bareRoundTrips(database.url, single) }))
    one?.close()

    const before = await Promise.all([ours, bare].map(async side => ({ side, bytes: await residentBytes(side.process.pid) })))
    for (const side of [ours, bare]) side.clients = []
    for (const count of pages) {
      for (const side of [ours, bare]) side.clients.push(...await openStreams(side.stream, count - side.clients.length))
      const cpu = await Promise.all([ours, bare].map(side => cpuMs(side.process.pid)))
      const told = await rounds([ours, bare], events)
      const after = await Promise.all([ours, bare].map(side => cpuMs(side.process.pid)))
      const [rates, bareRates] = [0, 1].map(side => told.map(round => count / (round[side]?.ms ?? Number.NaN) * 1_000))
      const size = `${count} pages`
      lines.push(compare({ work: 'one event to all open pages', size, unit: 'pages a second', reach: count === 5_000 ? '≥ 0.5' : undefined }, rates ?? [], { name: 'the same bytes from a bare server', values: bareRates ?? [] }))
      const [used, bareUsed] = [0, 1].map(side => ((after[side] ?? Number.NaN) - (cpu[side] ?? Number.NaN)) / (events + WARM_UP))
      lines.push(compare({ work: 'its CPU time in the server', size, unit: 'ms' }, [used ?? Number.NaN], { name: 'a bare server', values: [bareUsed ?? Number.NaN] }))
    }
    await sleep(settleMs)
    const [held, bareHeld] = await Promise.all(before.map(async ({ side, bytes }) => (await residentBytes(side.process.pid) - bytes) / most / 1024))
    lines.push(compare({ work: 'memory of an open page', size: `${most} pages`, unit: 'KiB' }, [held ?? Number.NaN], { name: 'a bare server', values: [bareHeld ?? Number.NaN] }))
    for (const side of [ours, bare]) side.clients.forEach(client => client.close())
    // Without `/proc` there is no CPU time and no memory, and in a smoke run CPU time may be less than a tick.
    return lines.filter(({ ratio }) => Number.isFinite(ratio))
  }
  finally {
    for (const ending of endings.reverse()) await ending()
  }
}

/** In turn, so that a slow second of the machine falls on all. The first three do not count. */
async function rounds(sides: Side[], count: number) {
  const told: { ms: number }[][] = []
  for (let round = 0; round < count + WARM_UP; round++) {
    const one: { ms: number }[] = []
    for (const side of sides) one.push(await side.tell(round))
    if (round >= WARM_UP) told.push(one)
  }
  return told
}

async function tellAll(clients: StreamClient[], text: string, tell: (name: string) => Promise<void>) {
  const heard = clients.map(client => client.hears(text))
  const began = performance.now()
  await tell(text)
  const all = await Promise.all(heard)
  return { ms: Math.max(...all.map(({ at }) => at)) - began, bytes: all[0]?.bytes ?? Buffer.alloc(0) }
}

/** The last message in the bytes of a stream. */
function messageIn(bytes: Buffer): string {
  const found = bytes.toString().match(/data: .*\n\n/g)?.at(-1)
  if (!found) throw new Error('What was read holds no message.')
  return found
}

/** By its address, so that no name is looked up within what is measured. */
const addressOf = ({ app }: AppWithClerk) => app.url.replace('localhost', '127.0.0.1')

/** @returns sends a signed delivery that gives a person another name; guests hear of people who are seen in posts */
async function prepareRename(rollcall: AppWithClerk): Promise<(name: string) => Promise<void>> {
  const { app, clerk } = rollcall
  const { id } = clerk.users.create({ firstName: 'Ada' })
  await clerk.deliveries.settled()
  const post = await fetch(`${app.url}/api/posts`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${await clerk.session(id, { azp: app.url })}`, 'content-type': 'application/json', 'origin': app.url },
    body: JSON.stringify({ body: 'Here.' }),
  })
  if (post.status !== 201) throw new Error(`The post was answered ${post.status}.`)

  let clock = Date.now()
  return async (name) => {
    clock = Math.max(clock + 1, Date.now())
    const answer = await deliver(addressOf(rollcall), clerk.webhookSecret, JSON.stringify({
      object: 'event', type: 'user.updated', timestamp: clock, instance_id: clerk.instanceId, data: {
        id, first_name: name, last_name: null, username: null, image_url: null, has_image: false, banned: false,
        email_addresses: [], primary_email_address_id: null, created_at: clock, updated_at: clock,
      },
    }))
    if (answer.status !== 200) throw new Error(`The delivery was answered ${answer.status}: ${await answer.text()}`)
  }
}

/** The times from NOTIFY to LISTEN, from one connection to another, ms. */
async function bareRoundTrips(databaseUrl: string, count: number): Promise<number[]> {
  const [from, to] = [postgres(databaseUrl, { max: 1 }), postgres(databaseUrl, { max: 1 })]
  let heard = () => {}
  await to.listen('bench', () => heard())
  const times: number[] = []
  for (let n = 0; n < count + WARM_UP; n++) {
    const arrived = new Promise<void>(done => heard = done)
    const began = performance.now()
    await from`select pg_notify('bench', ${String(n)})`
    await arrived
    if (n >= WARM_UP) times.push(performance.now() - began)
  }
  await Promise.all([from.end(), to.end()])
  return times
}
