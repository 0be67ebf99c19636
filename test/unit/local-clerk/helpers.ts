import { createClerkClient } from '@clerk/backend'
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import * as v from 'valibot'
import { onTestFinished } from 'vitest'
import { type LocalClerk, type LocalClerkOptions, startLocalClerk } from '#local-clerk/index.ts'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
}

/** An endpoint that keeps what it gets and answers with the next of `answers`, then with the last one for ever. */
export async function startEndpoint(answers: number[] = [200], headers: Record<string, string> = {}) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8')
    })
    request.on('end', () => {
      const status = answers[Math.min(received.length, answers.length - 1)] ?? 200
      received.push({ headers: request.headers, body })
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : headers).end(`answer ${status}`)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { url: `http://localhost:${port}/api/webhooks`, received }
}

/** A local Clerk on a free port, closed when the test ends. */
export async function start(options: LocalClerkOptions = {}): Promise<LocalClerk> {
  const clerk = await startLocalClerk({ port: 0, retryScale: 0, ...options })
  onTestFinished(() => clerk.close())
  return clerk
}

/** Numbers between 0 and 1, the same ones every time. */
export function seededRandom(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** A clock that never gives the same time twice, so that attempts of one millisecond keep their order. */
export function strictClock(): () => number {
  let last = 0
  return () => {
    last = Math.max(Date.now(), last + 1)
    return last
  }
}

export function header(received: Received | undefined, name: string): string {
  const value = received?.headers[name]
  return typeof value === 'string' ? value : ''
}

export function svixHeaders(received: Received | undefined) {
  return {
    'svix-id': header(received, 'svix-id'),
    'svix-timestamp': header(received, 'svix-timestamp'),
    'svix-signature': header(received, 'svix-signature'),
  }
}

/** The control API, as the dashboard's buttons and other programs call it. */
export function control(clerk: LocalClerk, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${clerk.url}/dashboard/api${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}

/** The Backend API by Clerk's own client. */
export function backendClient(clerk: LocalClerk) {
  return createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })
}

/** The Backend API without the SDK, for the parameters and headers that it does not show. */
export function backendApi(clerk: LocalClerk, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${clerk.url}/v1${path}`, { ...init, headers: { 'authorization': `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' } })
}

/** The code and the parameter of a refusal by Clerk's own client; null when it was not refused. */
export async function refusalOf(call: Promise<unknown>) {
  const refusal = v.object({ status: v.number(), errors: v.array(v.object({ code: v.string(), meta: v.optional(v.object({ paramName: v.optional(v.string()) })) })) })
  return call.then(() => null, (error: unknown) => {
    const { status, errors: [first] } = v.parse(refusal, error)
    return { status, code: first?.code, param: first?.meta?.paramName }
  })
}

/**
 * Verifies a delivery by hand, as https://docs.svix.com/receiving/verifying-payloads/how-manual says, with no code of the signer's.
 * @throws when none of the signatures is this secret's, or the time is more than 5 minutes away
 */
export function verifyByHand(secret: string, received: Received | undefined): void {
  const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signatures } = svixHeaders(received)
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${received?.body}`).digest('base64')
  if (!signatures.split(' ').includes(`v1,${expected}`)) throw new Error('No signature matches.')
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error('The timestamp is too old or too new.')
}
