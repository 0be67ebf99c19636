import { createClerkClient } from '@clerk/backend'
import { signedOutAuthObject } from '@clerk/backend/internal'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isGuest } from '#server/utils/guest.ts'

const keyOf = (kind: 'test' | 'live') => `pk_${kind}_${btoa('clerk.example.com$')}`
const jwt = [{ alg: 'RS256', kid: 'ins_1' }, { iss: 'https://clerk.example.com', iat: 1_700_000_000, exp: 1_700_000_060, sub: 'user_1', sid: 'sess_1' }].map(part => btoa(JSON.stringify(part)).replace(/=+$/, '')).join('.') + '.c2ln'

/** The suffixes are those of the two keys, and another. */
const cookie = fc.tuple(
  fc.constantFrom('__session', '__client_uat', '__refresh', '__clerk_db_jwt', '__clerk_handshake', '__clerk_handshake_nonce', '__clerk_redirect_count', 'theme', '__client', 'x__session'),
  fc.constantFrom('', '_l2OS3d9k', '_naoXFJnI', '_a-b_c'),
  fc.constantFrom('0', '', '00', '1700000000', 'dvb_1', jwt, '0; __client_uat=1700000000'),
).map(([name, suffix, value]) => `${name}${suffix}=${value}`)

const request = fc.record({
  kind: fc.constantFrom('test' as const, 'live' as const),
  method: fc.constantFrom('GET', 'HEAD', 'POST'),
  path: fc.constantFrom('/', '/', '/api/posts', '/?a=1', '/?__clerk_handshake=x', '/?__clerk_db_jwt=dvb_1', '/?__clerk_redirect_url=https%3A%2F%2Fexample.com'),
  cookies: fc.oneof(fc.constant([]), fc.array(cookie, { maxLength: 2 }), fc.subarray(['__clerk_db_jwt=dvb_1', '__clerk_db_jwt_l2OS3d9k=dvb_1', '__client_uat=0', '__client_uat_l2OS3d9k=0'])),
  headers: fc.record({
    'accept': fc.constantFrom('text/html,application/xhtml+xml', '*/*', 'application/json'),
    'sec-fetch-dest': fc.constantFrom('document', 'iframe', 'empty'),
    'referer': fc.constantFrom('https://elsewhere.example', 'https://clerk.example.com/'),
  }, { requiredKeys: [] }),
})

it('who passes by Clerk is whom Clerk calls signed out, without a redirect and without a cookie', async () => {
  let passed = 0
  await fc.assert(fc.asyncProperty(request, async ({ kind, method, path, cookies, headers: given }) => {
    const headers: Record<string, string> = { host: 'localhost', ...given, ...cookies.length > 0 && { cookie: cookies.join('; ') } }
    if (!isGuest({ method, path, headers }, keyOf(kind))) return
    passed++
    const clerk = createClerkClient({ publishableKey: keyOf(kind), secretKey: `sk_${kind}_x`, telemetry: { disabled: true } })
    const state = await clerk.authenticateRequest(new Request(`http://localhost${path}`, { method, headers }), { authorizedParties: ['http://localhost'], acceptsToken: 'any' })
    expect(state.status).toBe('signed-out')
    expect([...state.headers.keys()].filter(name => !name.startsWith('x-clerk-auth'))).toEqual([])
    expect(JSON.stringify(state.toAuth())).toBe(JSON.stringify(signedOutAuthObject()))
  }), { numRuns: 2_000 })
  expect(passed).toBeGreaterThan(300)
})

it.each([
  ['a first visit of a browser, with a live key', 'live', {}, true],
  ['a first visit of a browser, with a development key', 'test', {}, false],
  ['a browser that Clerk knows, and nobody is signed in', 'test', { cookie: '__clerk_db_jwt=dvb_1; __clerk_db_jwt_l2OS3d9k=dvb_1; __client_uat=0; __client_uat_l2OS3d9k=0' }, true],
  ['someone whose session has expired', 'live', { cookie: '__client_uat=1700000000' }, false],
  ['the same with a suffix alone', 'live', { cookie: '__client_uat=0; __client_uat_l2OS3d9k=1700000000' }, false],
  ['a session', 'live', { cookie: `__session=${jwt}` }, false],
  ['a token', 'live', { authorization: 'Bearer x' }, false],
] as const)('%s (%s)', (_name, kind, headers, expected) => {
  expect(isGuest({ method: 'GET', path: '/', headers: { accept: 'text/html', ...headers } }, keyOf(kind))).toBe(expected)
})
