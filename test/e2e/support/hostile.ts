import fc from 'fast-check'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { apiRoutes, pageRoutes } from '#server/utils/routes.ts'
import { anyCharacter } from '../../any-character.ts'
import type { RawRequest } from './raw-http.ts'

/** Who sends it, and what it is; the session is added when it is sent. */
export interface Hostile<Sender extends string> extends RawRequest { sender: Sender }

/** What is planted in fields, queries, headers and paths. */
const classics = [
  `' or 1=1 --`, `'; drop table users; --`, `" union select email from users --`, `%27%20or%20pg_sleep(1)--`, `$1`, `\\`, `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`,
  `javascript:alert(1)`, `{{constructor.constructor('return process')()}}`, `\${7*7}`, '../../../../etc/passwd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '__proto__', 'constructor', '\0', 'a\0b', '\ud800', '\udfff\ud800',
  '\u202e', '\ufeff', 'ﷺ'.repeat(40), 'e\u0301'.repeat(60), '👩‍👩‍👧‍👦'.repeat(30), '-1', '0', '1e309', 'NaN', '99999999999999999999', 'null', 'true', '[]', '0x10', '+1', ' ', '%', '%zz', '%00', '%ff%fe', '../admin', 'x'.repeat(3_000),
] as const
const hostileText = fc.oneof(fc.constantFrom(...classics), fc.string({ maxLength: 60 }), fc.string({ unit: anyCharacter, maxLength: 60 }))

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(hostileText, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(hostileText, { maxLength: 4 }), fc.dictionary(hostileText, hostileText, { maxKeys: 3 }))

/** JSON of the fields that routes take, with anything in them. */
const fields = ['body', 'editedAt', 'parentId', 'key', 'bio', 'country', 'birthday', 'dryRun', 'force', 'userId', 'authorId', 'role', 'isAdmin', 'publicMetadata', '__proto__']
const objectBody = (ids: fc.Arbitrary<string>) => fc.dictionary(fc.constantFrom(...fields), fc.oneof(hostileValue, ids, fc.constant('Hello')), { maxKeys: 5 }).map(value => JSON.stringify(value))

/** What a route takes, but for the text in it: it is written, and shown to whoever asks next. */
const plainBody = (ids: fc.Arbitrary<string>) => fc.oneof(fc.record({ body: hostileText }), fc.record({ body: hostileText, parentId: ids }), fc.record({ body: hostileText, editedAt: fc.constant(null) }), fc.record({ bio: hostileText }), fc.record({ bio: hostileText, country: fc.constantFrom('AT', 'XX', '') }))
  .map(value => JSON.stringify(value))

const nested = fc.integer({ min: 100, max: 20_000 }).chain(depth => fc.constantFrom('['.repeat(depth), `${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, `{"body":${'['.repeat(depth)}`))
const huge = fc.constantFrom(70_000, 200_000, 1_100_000).chain(size => fc.constantFrom(Buffer.alloc(size, 'x'), Buffer.from(`{"body":"${'x'.repeat(size)}"}`), Buffer.alloc(size)))
const brokenJson = fc.oneof(fc.constantFrom('', '{', '"', '{"body":}', '{"body":"\\ud800"}', '{"body":"\\u0000"}', '[1,', 'nul', '\ufeff{}', '{"body":1e999}', '{"body":"a","body":{}}', '--', '{}{}'), fc.json(), hostileText)
const anyBody = (ids: fc.Arbitrary<string>) => fc.oneof(
  { weight: 6, arbitrary: objectBody(ids).map(text => Buffer.from(text)) },
  { weight: 5, arbitrary: plainBody(ids).map(text => Buffer.from(text)) },
  { weight: 3, arbitrary: brokenJson.map(text => Buffer.from(text)) },
  { weight: 1, arbitrary: objectBody(ids).map(text => Buffer.from(text, 'utf16le')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)) },
  { weight: 1, arbitrary: nested.map(text => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.oneof({ weight: 9, arbitrary: fc.constant(Buffer.alloc(0)) }, { weight: 1, arbitrary: huge }) },
)

const types = [...Array.from({ length: 12 }, () => 'application/json'), 'application/json; charset=utf-16', 'APPLICATION/JSON', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json;'.repeat(50), '']
/** How the body is announced: as it is, in chunks that are sound or not, packed or not, or not at all. */
const framings = ['length', 'chunked', 'broken-chunks', 'gzip', 'none', 'two-lengths', 'negative'] as const

function framed(framing: typeof framings[number], body: Buffer): Pick<RawRequest, 'headers' | 'body'> {
  const length = ['content-length', String(body.length)] as const
  const chunk = body.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')])
  switch (framing) {
    case 'length': return { headers: [length], body }
    case 'chunked': return { headers: [['transfer-encoding', 'chunked']], body: Buffer.concat([chunk, Buffer.from('0\r\n\r\n')]) }
    case 'broken-chunks': return { headers: [['transfer-encoding', 'chunked']], body: Buffer.from('zz\r\nnothing\r\n') }
    case 'gzip': return { headers: [length, ['content-encoding', 'gzip']], body }
    case 'none': return { headers: [] }
    case 'two-lengths': return { headers: [length, ['content-length', String(body.length + 1)]], body }
    case 'negative': return { headers: [['content-length', '-1']], body }
  }
}

const clerkParameters = ['__clerk_handshake', '__clerk_handshake_nonce', '__clerk_db_jwt', '__clerk_redirect_url', '__clerk_synced', '__clerk_ticket']
const parameters = ['cursor', 'limit', 'author', 'kind', 'tab', 'q', 'sort', 'order', 'status', 'banned', 'since', 'until', 'type', 'outcome', 'user', 'range', 'redirect_url', ...clerkParameters]

/** A header holds no line break, and a byte for each character. */
const headerText = hostileText.map(text => Buffer.from(text).toString('latin1').replaceAll(/[\r\n\0]/g, ' '))
const headerNames = ['accept', 'accept-language', 'accept-encoding', 'cookie', 'origin', 'referer', 'user-agent', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-request-id', 'if-none-match', 'if-modified-since', 'range', 'expect', 'upgrade', 'traceparent', 'cache-control', 'sec-fetch-dest', 'x-http-method-override', 'x-nuxt-error', 'x-nitro-prerender', 'svix-id', 'svix-timestamp', 'svix-signature', 'host', 'last-event-id']
const anyHeader = fc.tuple(fc.constantFrom(...headerNames), headerText)
const flood = fc.integer({ min: 50, max: 3_000 }).map(count => Array.from({ length: count }, (_, index) => [`x-flood-${index}`, 'x'] as const))
const anyHeaders = fc.oneof({ weight: 15, arbitrary: fc.constant([]) }, { weight: 15, arbitrary: fc.array(anyHeader, { maxLength: 4 }) }, { weight: 1, arbitrary: flood }, { weight: 1, arbitrary: fc.constant([['x-long', 'x'.repeat(20_000)] as const]) })

const oddMethods = ['OPTIONS', 'TRACE', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'PROPFIND', 'SEARCH', 'CONNECT', 'get', 'NOTHING']
const oddTargets = ['//', '///', '*', '/%', '/%00', '/api', '/api/', '/api//posts', '/api/posts/', '/api/..%2fadmin', '/_nuxt/../../server/index.mjs', '/_nuxt/%2e%2e%2f%2e%2e%2fpackage.json', '/.env', '/api/admin/%75sers', '/API/ADMIN/USERS', '/_payload.json', '/__nuxt_error?statusCode=200', '/__nuxt_island/x', '/_ipx/x', 'http://[', 'http://evil.example/api/posts', '/?#', `/${'a/'.repeat(3_000)}`, '/\u00ff', '/users/%ff', '/posts/%c0%af']

/**
 * Requests that are not meant well, to every route and page and beside them.
 * @param senders who may send one
 * @param ids of posts, users and runs that are there
 * @param methodsOf which methods a route is sent, most of the time
 */
export function hostileRequests<Sender extends string>(senders: readonly Sender[], ids: readonly string[], methodsOf: (methods: string[]) => string[] = methods => methods): fc.Arbitrary<Hostile<Sender>> {
  const id = fc.constantFrom(...ids)
  const segment = fc.oneof({ weight: 3, arbitrary: id }, { weight: 1, arbitrary: hostileText.map(text => encodeURIComponent(text.toWellFormed())) }, { weight: 1, arbitrary: fc.constantFrom('%', '%ff', '%00', '..%2f..', '%E0%A4%A') })
  const cursor = fc.oneof(
    fc.record({ key: fc.oneof(hostileText, fc.date({ noInvalidDate: true }).map(date => date.toJSON())), id: fc.oneof(id, hostileText) }).map(encodeCursor),
    fc.record({ key: hostileText, id }).map(encodeCursor).chain(text => fc.nat(text.length).map(at => `${text.slice(0, at)}x${text.slice(at + 1)}`)),
    hostileText,
  )
  const encode = (text: string) => encodeURIComponent(text.toWellFormed())
  const parameter = fc.constantFrom(...parameters).chain(name => (name === 'cursor' ? cursor : fc.oneof(hostileText, id)).map(value => `${name}=${encode(value)}`))
  const query = fc.array(fc.oneof({ weight: 8, arbitrary: parameter }, { weight: 1, arbitrary: fc.constantFrom('%', '&&', 'limit[]=1', 'q[__proto__]=1', 'limit=1&limit=2', '__proto__=1', 'a=%ff') }), { maxLength: 3 })
    .map(parts => parts.length > 0 ? `?${parts.join('&')}` : '')

  const known = [...Object.entries(apiRoutes).map(([route, methods]) => ({ route, methods: methodsOf(methods) })), ...pageRoutes.map(route => ({ route, methods: ['GET'] }))].filter(({ methods }) => methods.length > 0)
  const writing = known.flatMap(({ route, methods }) => methods.some(method => method !== 'GET') ? [{ route, methods: methods.filter(method => method !== 'GET') }] : [])
  const aimed = (routes: typeof known) => fc.constantFrom(...(routes.length > 0 ? routes : known)).chain(({ route, methods }) => fc.record({
    method: fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...methods) }, { weight: 1, arbitrary: fc.constantFrom(...oddMethods) }),
    target: fc.tuple(segment, query).map(([value, asked]) => `${route.replace('/*', '').replace(':id', value)}${asked}`),
  }))
  const astray = fc.record({ method: fc.constantFrom(...oddMethods), target: fc.constantFrom(...oddTargets) })

  return fc.record({
    sender: fc.constantFrom(...senders),
    line: fc.oneof({ weight: 8, arbitrary: aimed(known) }, { weight: 6, arbitrary: aimed(writing) }, { weight: 1, arbitrary: astray }),
    type: fc.constantFrom(...types),
    sent: fc.tuple(fc.oneof({ weight: 12, arbitrary: fc.constant('length' as const) }, { weight: 6, arbitrary: fc.constantFrom(...framings) }), anyBody(id)),
    more: anyHeaders,
  }).map(({ sender, line, type, sent: [framing, content], more }) => {
    const { headers, body } = ['GET', 'HEAD'].includes(line.method) && framing === 'length' ? framed('none', content) : framed(framing, content)
    return { sender, ...line, headers: [...type ? [['content-type', type] as const] : [], ...headers, ...more], body }
  })
}
