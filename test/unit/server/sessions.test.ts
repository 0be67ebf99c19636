import { createSign, generateKeyPairSync } from 'node:crypto'
import { createClerkClient } from '@clerk/backend'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSessions } from '#server/sessions.ts'
import { mayHandshake } from '#server/utils/guest.ts'

const START = 1_700_000_000
const keyOf = (kind: 'test' | 'live') => `pk_${kind}_${btoa('clerk.example.com$')}`
const clerk = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const forger = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const jwtKey = clerk.publicKey.export({ type: 'spki', format: 'pem' }).toString()

const base64 = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
function sign(claims: object, key = clerk.privateKey): string {
  const text = `${base64({ alg: 'RS256', typ: 'JWT', kid: 'ins_1' })}.${base64({ iss: 'https://clerk.example.com', sub: 'user_1', sid: 'sess_1', v: 2, ...claims })}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
}
/** Tokens by when they were made, seconds after the start; some can never be valid. */
const tokens = [0, 5, 30].flatMap((made) => {
  const times = { iat: START + made, nbf: START + made - 10, exp: START + made + 60, azp: 'http://localhost' }
  return [
    sign(times),
    sign({ ...times, sub: 'user_2' }),
    sign({ ...times, azp: 'https://elsewhere.example' }),
    sign({ ...times, nbf: times.iat + 20 }),
    sign({ ...times, sts: 'pending' }),
    sign(times, forger.privateKey),
  ]
})

const token = fc.oneof({ weight: 2, arbitrary: fc.constant(tokens[0] ?? '') }, { weight: 1, arbitrary: fc.constantFrom(...tokens) })
const cookie = fc.record({
  session: token,
  suffix: fc.constantFrom('', '', '_l2OS3d9k', '_naoXFJnI'),
  since: fc.constantFrom(String(START - 100), String(START - 100), String(START + 20), '0'),
  browser: fc.constantFrom(true, true, false),
}).map(({ session, suffix, since, browser }) => `__client_uat${suffix}=${since}; __session${suffix}=${session}${browser ? `; __clerk_db_jwt${suffix}=dvb_1` : ''}`)
const bearer = token.map(one => `Bearer ${one}`)
const proof = fc.oneof(fc.record({ cookie }), fc.record({ authorization: bearer }), fc.record({ cookie, authorization: bearer }))

/** Requests by one or two people, each so many seconds after the start; the clock may be set back. */
const history = fc.array(proof, { minLength: 1, maxLength: 2 }).chain(proofs => fc.record({
  kind: fc.constantFrom('test' as const, 'live' as const),
  requests: fc.array(fc.record({
    seconds: fc.integer({ min: -10, max: 80 }),
    method: fc.constantFrom('GET', 'POST'),
    path: fc.constantFrom('/', '/api/posts', '/?__clerk_db_jwt=dvb_1'),
    proof: fc.constantFrom(...proofs),
    others: fc.record({
      'sec-fetch-dest': fc.constantFrom('document', 'empty'),
      'accept': fc.constantFrom('text/html', '*/*'),
      'referer': fc.constantFrom('http://localhost/', 'https://elsewhere.example/'),
    }, { requiredKeys: [] }),
  }), { minLength: 6, maxLength: 12 }),
}))

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

it('whoever is kept as signed in is whom Clerk would find signed in by the same request at the same time', { timeout: 60_000 }, async () => {
  let found = 0
  await fc.assert(fc.asyncProperty(history, async ({ kind, requests }) => {
    const client = createClerkClient({ publishableKey: keyOf(kind), secretKey: `sk_${kind}_x`, jwtKey, telemetry: { disabled: true } })
    const sessions = createSessions()
    for (const { seconds, method, path, proof, others } of requests) {
      const headers: Record<string, string> = { host: 'localhost', ...proof, ...others }
      vi.setSystemTime((START + seconds) * 1_000)
      const state = await client.authenticateRequest(new Request(`http://localhost${path}`, { method, headers }), { authorizedParties: ['http://localhost'] })
      const kept = mayHandshake({ method, path, headers }) ? undefined : sessions.find(headers)
      if (kept) {
        found++
        expect(JSON.stringify(kept)).toBe(JSON.stringify(state.toAuth()))
      }
      sessions.keep(headers, state)
    }
  }), { numRuns: 200 })
  expect(found).toBeGreaterThan(100)
})

it('a session ends with its token, to the millisecond', async () => {
  const headers = { authorization: `Bearer ${tokens[0]}` }
  const client = createClerkClient({ publishableKey: keyOf('live'), secretKey: 'sk_live_x', jwtKey, telemetry: { disabled: true } })
  vi.setSystemTime(START * 1_000)
  const sessions = createSessions()
  sessions.keep(headers, await client.authenticateRequest(new Request('http://localhost/api/posts', { headers }), { authorizedParties: ['http://localhost'] }))

  vi.setSystemTime((START + 60) * 1_000 - 1)
  expect(sessions.find(headers)).toMatchObject({ userId: 'user_1' })
  expect(sessions.find({ ...headers, cookie: '__session=x' })).toBeUndefined()
  vi.setSystemTime((START + 60) * 1_000)
  expect(sessions.find(headers)).toBeUndefined()
})
