import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import { signedHeaders } from '#scripts/lib/delivery.ts'
import { readEnv, SigningSecrets } from '#server/schemas/env.ts'
import type { Env, Finding } from './finding.ts'
import { good, messageOf, note, wrong } from './finding.ts'
import { checkClock } from './clock.ts'

/** As long as Svix waits. */
const TIMEOUT_MS = 15_000
/** A user with much metadata may come in so much; the server takes 1 MiB. */
const LARGE_BYTES = 200_000
/** The same in each look, so that all of them leave one row in the event log. */
const EVENT_ID = 'msg_rollcall_doctor'
const copySecret = 'Compare NUXT_CLERK_WEBHOOK_SIGNING_SECRET here, there, and at the endpoint in Clerk\'s dashboard. A proxy that rewrites JSON is refused the same way.'

const Answer = v.object({
  outcome: v.optional(v.string()),
  message: v.optional(v.string(), ''),
  data: v.nullish(v.object({ reason: v.optional(v.string()) })),
})
type Answered = v.InferOutput<typeof Answer> & { status: number, location: string | null, dateMs: number, isOurs: boolean }

/**
 * `/api/webhooks` at an address, as Clerk meets it: open to all, closed to a wrong signature, open to a right one, and
 * nothing on the way changes what is sent. What is signed is a sample, as Clerk's dashboard sends them (server/schemas/clerk.ts),
 * so no user is written: the event log has one row of it.
 * @param address an origin, or the whole address of the endpoint
 */
export async function checkEndpoint(env: Env, address: string): Promise<Finding[]> {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    return [wrong('endpoint-unreachable', '--url is no web address.', 'Give the address of the app, such as https://rollcall.example.')]
  }
  const url = new URL(/^\/?$/.test(new URL(address).pathname) ? '/api/webhooks' : address, address)
  const secrets = v.safeParse(SigningSecrets, readEnv(env).NUXT_CLERK_WEBHOOK_SIGNING_SECRET)
  const findings: Finding[] = []
  try {
    if (url.protocol === 'http:' && !isHere(url.hostname)) findings.push(note('endpoint-plain', `${url.origin} is not https.`, 'Clerk delivers to https: put a certificate before the app.'))
    const small = JSON.stringify(sample(''))
    // Without a secret to follow it by a good one, a wrong signature would stay the endpoint's last news.
    const refused = await post(url, small, secrets.success ? signed(`whsec_${randomBytes(24).toString('base64')}`, small) : {})
    findings.push(judgeRefusal(refused, url))
    if (findings.some(({ state }) => state === 'wrong')) return findings
    if (!secrets.success) return [...findings, note('endpoint-unsigned', 'Without a signing secret here, no signed event can be tried.', 'Set the NUXT_CLERK_WEBHOOK_SIGNING_SECRET of that server, and look again.')]
    const [secret = ''] = secrets.output
    const taken = await post(url, small, signed(secret, small))
    findings.push(judgeTaken(taken))
    if (findings.some(({ state }) => state === 'wrong')) return findings
    // White space, and letters of two, three and four bytes: what decodes or rewrites the body shows.
    const large = JSON.stringify(sample('ä€😀 \\ "<b>" '.repeat(LARGE_BYTES / 20)), null, 2)
    findings.push(await post(url, large, signed(secret, large)).then(judgeWhole, (error: unknown) => cut(messageOf(error))))
  }
  catch (error) {
    findings.push(wrong('endpoint-unreachable', `${url.origin} does not answer: ${messageOf(error)}`, 'Check the address, its DNS and certificate, and that the server runs.'))
  }
  return findings
}

const isHere = (host: string) => /^(?:localhost|127\.|\[::1\])/.test(host)

const sample = (filler: string) => ({ object: 'event', type: 'user.updated', timestamp: Date.now(), instance_id: 'ins_rollcall_doctor', data: { object: 'user', filler } })

const signed = (secret: string, body: string) => signedHeaders(new Webhook(secret), body, { id: EVENT_ID, at: new Date() })

async function post(url: URL, body: string, headers: Record<string, string>): Promise<Answered> {
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'accept': '*/*', 'user-agent': 'Svix-Webhooks/1.0 (rollcall doctor)', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const json = v.safeParse(v.pipe(v.string(), v.parseJson(), Answer), await answer.text())
  return {
    ...json.success ? json.output : { message: '' },
    status: answer.status,
    location: answer.headers.get('location'),
    dateMs: Date.parse(answer.headers.get('date') ?? ''),
    isOurs: json.success,
  }
}

/** What comes back for a signature that no secret made, or for none. */
function judgeRefusal({ status, location, message, isOurs }: Answered, url: URL): Finding {
  if (status >= 300 && status < 400) {
    const to = location && URL.canParse(location, url) ? new URL(location, url) : null
    return wrong('endpoint-redirects', `It answers ${status}, and sends to ${to ? `${to.origin}${to.pathname}` : 'another address'}: Svix takes that for a failure.`, to && to.pathname === url.pathname ? 'Enter that address at Clerk.' : 'Let /api/webhooks through without a sign-in: at the host (deployment protection), the proxy, and in middleware.')
  }
  if (status === 401 || status === 403 || (status === 200 && !isOurs)) return wrong('endpoint-not-public', `It answers ${status} before the app is asked${status === 200 ? ', with a page' : ''}.`, 'Let /api/webhooks through without a sign-in: at the host (deployment protection), the proxy, and in middleware.')
  if (status < 300) return wrong('endpoint-accepts-anything', `It answers ${status} to a signature that no secret made.`, 'What answers there is not this app: look at the address and at what stands before it.')
  if (status === 500 && message.startsWith('No signing secret')) return wrong('endpoint-without-secret', 'It has no signing secret, so it accepts no delivery.', 'Set NUXT_CLERK_WEBHOOK_SIGNING_SECRET there, and start the server again.')
  if (status >= 500) return wrong('endpoint-fails', `It answers ${status}.`, 'Look at the server\'s log and at /api/health there.')
  if (status !== 400 || !isOurs) return wrong('endpoint-not-rollcall', `It answers ${status}, as Rollcall would not.`, 'Check the address: it ends in /api/webhooks, and leads to this app.')
  return good('endpoint', 'It is public, and refuses what is not signed by its secret.')
}

/** What comes back for a sample that is signed by our secret. */
function judgeTaken({ status, outcome, message, data, dateMs }: Answered): Finding {
  if (status === 200 && outcome === 'ignored') return good('endpoint-signed', 'It accepts a signed event.')
  if (status === 400) {
    if (data?.reason === 'headers') return wrong('endpoint-headers', 'A signed event arrives without its svix-id, svix-timestamp or svix-signature.', 'Let the proxy before the app pass these headers on.')
    const [clock] = checkClock('endpoint-clock', 'The server', dateMs, [Date.now() - TIMEOUT_MS, Date.now()])
    if (data?.reason === 'time' && clock) return { ...clock, state: 'wrong', mend: 'Set the clock by NTP on both machines.' }
    return wrong('endpoint-secret', 'It refuses an event that is signed by the secret here.', copySecret)
  }
  if (status === 422) return wrong('endpoint-other-instance', `It refuses a signed event: ${message}`, 'Set both keys of the Clerk app that its database mirrors, or use another database.')
  return wrong('endpoint-fails', `It answers ${status} to a signed event.`, 'Look at the server\'s log and at /api/health there: Svix sends such a delivery again for a day.')
}

/** What comes back for a large one. */
const judgeWhole = ({ status, outcome }: Answered) => status === 200 && outcome === 'ignored'
  ? good('endpoint-whole', `A signed event of ${LARGE_BYTES / 1_000} KB arrives as it was sent.`)
  : cut(status === 413 ? 'it answers 413, too large.' : status === 400 ? 'its signature no longer fits.' : `it answers ${status}.`)

const cut = (how: string) => wrong('endpoint-body', `A signed event of ${LARGE_BYTES / 1_000} KB does not arrive as it was sent: ${how}`, 'Let the proxy before the app pass bodies of 1 MiB on, byte for byte (nginx: client_max_body_size 1m).')
