import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fixture, signedHeaders } from '#scripts/lib/delivery.ts'
import { sendRaw } from '../support/raw-http.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

/** `ROLLCALL_TEST_LONG=1` makes ten thousand; `ROLLCALL_TEST_SEED` makes the same again. */
const LONG = Boolean(process.env.ROLLCALL_TEST_LONG)
const MUTATIONS = LONG ? 10_000 : 300
const seed = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 2 ** 31)
const AT_ONCE = 16

const secret = `whsec_${Buffer.from('what signs in this test').toString('base64')}`
const foreign = new Webhook(`whsec_${Buffer.from('what signs elsewhere').toString('base64')}`)

interface Delivery { id: string, timestamp: string, signature: string, body: Buffer }

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: secret } })
})
afterAll(() => rollcall?.stop())

/** Signed now; the letters beyond ASCII are where bytes and characters differ. */
function sign(id: string): Delivery {
  const event = fixture('user.created')
  const body = JSON.stringify({ ...event, data: { ...event.data, first_name: 'Zoë', last_name: 'Łęcka 👋' }, instance_id: rollcall.clerk.instanceId })
  const headers = signedHeaders(new Webhook(secret), body, { id, at: new Date() })
  return { id, timestamp: headers['svix-timestamp'] ?? '', signature: headers['svix-signature'] ?? '', body: Buffer.from(body) }
}

/** One thing changed, at a place between 0 and 1. */
type Mutation = (delivery: Delivery) => Delivery

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const at = (length: number, where: number) => Math.floor(length * where)
const splice = (bytes: Buffer, from: number, remove: number, insert: Uint8Array) => Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)])
/** Of a header: its bytes, but for those that would end it. */
const inHeader = (bytes: Buffer) => bytes.toString('latin1').replaceAll(/[\r\n\0]/g, '_')

const bytesOf: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(([where, bit]) => (bytes: Buffer) => splice(bytes, at(bytes.length, where), 1, Uint8Array.of((bytes[at(bytes.length, where)] ?? 0) ^ (1 << bit)))),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([where, more]) => (bytes: Buffer) => splice(bytes, at(bytes.length, where), 0, more)),
  fc.tuple(place, fc.integer({ min: 1, max: 20 })).map(([where, count]) => (bytes: Buffer) => splice(bytes, at(bytes.length, where), count, Buffer.alloc(0))),
  place.map(where => (bytes: Buffer) => bytes.subarray(0, at(bytes.length, where))),
  fc.tuple(place, place).map(([one, other]) => (bytes: Buffer) => {
    const swapped = Buffer.from(bytes)
    const [a, b] = [at(bytes.length, one), at(bytes.length, other)]
    swapped[a] = bytes[b] ?? 0
    swapped[b] = bytes[a] ?? 0
    return swapped
  }),
)

const json = (change: (event: Record<string, unknown>) => unknown): Mutation => delivery => ({ ...delivery, body: Buffer.from(JSON.stringify(change(JSON.parse(delivery.body.toString())))) })
const signature = (change: (signature: string, delivery: Delivery) => string): Mutation => delivery => ({ ...delivery, signature: change(delivery.signature, delivery) })
const timestamp = (change: (seconds: string) => string): Mutation => delivery => ({ ...delivery, timestamp: change(delivery.timestamp) })

const chosen: Mutation[] = [
  json(event => ({ ...event, type: 'user.deleted' })),
  json(event => ({ ...event, data: { ...Object(event.data), id: 'user_of_someone_else' } })),
  json(event => ({ ...event, timestamp: Number(event.timestamp) + 1 })),
  json(event => Object.fromEntries(Object.entries(event).toReversed())),
  json(event => [event]),
  delivery => ({ ...delivery, body: Buffer.from(JSON.stringify(JSON.parse(delivery.body.toString()), null, 1)) }),
  delivery => ({ ...delivery, body: Buffer.from(`\ufeff${delivery.body.toString()}`) }),
  delivery => ({ ...delivery, body: Buffer.from(delivery.body.toString().normalize('NFD')) }),
  delivery => ({ ...delivery, body: Buffer.from(delivery.body.toString(), 'latin1') }),
  delivery => ({ ...delivery, body: Buffer.concat([delivery.body, Buffer.from('\n')]) }),
  delivery => ({ ...delivery, body: Buffer.alloc(0) }),
  delivery => ({ ...delivery, id: delivery.id.toUpperCase() }),
  delivery => ({ ...delivery, id: `${delivery.id}.${delivery.timestamp}` }),
  delivery => ({ ...delivery, id: '' }),
  timestamp(seconds => String(Number(seconds) + 1)),
  timestamp(seconds => String(Number(seconds) - 400)),
  timestamp(seconds => `${seconds}000`),
  timestamp(seconds => `${seconds}.0`),
  timestamp(seconds => `${seconds}x`),
  timestamp(seconds => `0${seconds}`),
  timestamp(seconds => `+${seconds}`),
  timestamp(seconds => `${seconds}e0`),
  timestamp(() => 'NaN'),
  timestamp(() => ''),
  signature(text => text.replace('v1,', 'v2,')),
  signature(text => text.replace('v1,', 'V1,')),
  signature(text => text.replace('v1,', 'v1a,')),
  signature(text => text.replace('v1,', '')),
  signature(text => text.toLowerCase()),
  signature(text => text.replace(/=+$/, '')),
  signature(text => `${text}=`),
  signature(text => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '!')),
  signature(() => 'v1,'),
  signature(() => 'v1'),
  signature(() => ''),
  signature(() => 'v1,undefined'),
  signature(() => `${'v1, '.repeat(2_000)}`),
  signature((_, { id, body }) => foreign.sign(id, new Date(), body.toString())),
]

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 5, arbitrary: bytesOf.map((change): Mutation => delivery => ({ ...delivery, body: change(delivery.body) })) },
  ...(['id', 'timestamp', 'signature'] as const).map(name => ({ weight: 2, arbitrary: bytesOf.map((change): Mutation => delivery => ({ ...delivery, [name]: inHeader(change(Buffer.from(delivery[name]))) })) })),
  { weight: 2, arbitrary: fc.constantFrom(...chosen) },
)

/** Whether nothing that is signed has changed: blanks around a header are not part of it, and several signatures may stand beside each other. */
const isSame = (sent: Delivery, signed: Delivery) => sent.id.trim() === signed.id && sent.timestamp.trim() === signed.timestamp
  && sent.signature.split(' ').some(one => one === signed.signature || one.startsWith(`${signed.signature},`)) && sent.body.equals(signed.body)

const send = ({ id, timestamp, signature, body }: Delivery) => sendRaw(rollcall.app.url, {
  method: 'POST', target: '/api/webhooks', headers: [['content-type', 'application/json'], ['content-length', String(body.length)], ['svix-id', id], ['svix-timestamp', timestamp], ['svix-signature', signature]], body,
})
const users = () => rollcall.db.$client`select * from users order by id`
const events = () => rollcall.db.$client`select id, type, user_id, outcome from webhook_events order by id`

it(`${MUTATIONS} mutations of a signed delivery are refused, and nothing is written; what changes nothing that is signed is taken`, async () => {
  expect((await send(sign('msg_of_these_tests'))).status).toBe(200)
  const before = [await users(), await events()]
  const waiting = [...chosen, ...fc.sample(mutations, { numRuns: MUTATIONS - chosen.length, seed })]
  const faults: string[] = []
  let same = 0
  const work = async () => {
    for (let mutate = waiting.pop(); mutate; mutate = waiting.pop()) {
      const signed = sign('msg_of_these_tests')
      const sent = mutate(signed)
      const expected = isSame(sent, signed) ? 200 : 400
      if (expected === 200) same++
      const { status } = await send(sent)
      if (status !== expected) faults.push(`${status}, not ${expected}: ${JSON.stringify({ ...sent, body: sent.body.equals(signed.body) ? 'as signed' : sent.body.toString().slice(0, 200) })}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  console.warn(`seed ${seed}: ${MUTATIONS} mutations, ${same} of them changed nothing`)
  expect(faults, `seed ${seed}`).toEqual([])
  expect([await users(), await events()]).toEqual(before)
}, LONG ? 900_000 : 60_000)

it('the names of headers are the same in any case, a signature may stand beside others, and blanks around do not count', async () => {
  const { id, timestamp, signature, body } = sign('msg_in_another_way')
  const length = ['content-length', String(body.length)] as const
  for (const headers of [
    [['SVIX-ID', id], ['Svix-Timestamp', timestamp], ['sVIX-sIGNATURE', signature]],
    [['svix-id', `  ${id} `], ['svix-timestamp', ` ${timestamp}`], ['svix-signature', `v1,bm90aGluZw== ${signature} v2,x`]],
  ] as const) {
    expect((await sendRaw(rollcall.app.url, { method: 'POST', target: '/api/webhooks', headers: [length, ...headers], body })).status).toBe(200)
  }
  // Said twice it is one header of both.
  expect((await sendRaw(rollcall.app.url, { method: 'POST', target: '/api/webhooks', headers: [length, ['svix-id', id], ['svix-id', id], ['svix-timestamp', timestamp], ['svix-signature', signature]], body })).status).toBe(400)
})
