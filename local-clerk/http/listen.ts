import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createApp, createEvent, getHeader, getRequestPath, getResponseStatus, type H3Event, type Router, toNodeListener } from 'h3'
import * as v from 'valibot'
import type { Observe } from '../recorder.ts'
import { isLoopbackHost, isLoopbackUrl } from './loopback.ts'
import { asVisitor, visitorOf } from './visitor.ts'

const overrides = v.picklist(['PUT', 'PATCH', 'DELETE'])

// clerk-js keeps its requests "simple" (no preflight): it posts, and names the real verb in `_method`.
function applyMethodOverride(request: IncomingMessage) {
  if (request.method !== 'POST') return
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const method = v.safeParse(overrides, query.get('_method'))
  if (method.success) request.method = method.output
}

function setCorsHeaders(request: IncomingMessage, response: ServerResponse) {
  const origin = request.headers.origin
  response.setHeader('Vary', 'Origin')
  if (!origin || !isLoopbackUrl(origin)) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE')
  response.setHeader('Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*')
  response.setHeader('Access-Control-Max-Age', '600')
}

export interface ListenOptions {
  /** 0 picks a free one */
  port: number
  /** what a request to this path waits for: the routes, which are added once the port is known */
  before: (path: string) => Promise<unknown>
  now: () => number
  observe?: Observe
}

/** Tells of each JSON answer under the paths that Clerk's specifications name. */
function observeAnswers(observe: Observe) {
  return (event: H3Event, { body }: { body?: unknown }) => {
    const path = getRequestPath(event).replace(/\?.*/, '')
    if (!/^\/(?:v1|\.well-known)\//.test(path) || typeof body !== 'object' || body === null) return
    const api = getHeader(event, 'authorization')?.startsWith('Bearer sk_') ? 'backend' : 'frontend'
    observe({ kind: 'answer', api, method: event.method, path, status: getResponseStatus(event), body })
  }
}

/**
 * Listens on loopback only, and answers no page that is not on this machine. Every answer's `Date` is by the same clock
 * as the users' times.
 * @returns the server and the port it got
 * @throws when the port is taken
 */
export async function listen(router: Router, { port, before, now, observe }: ListenOptions): Promise<{ server: Server, port: number }> {
  const app = createApp({ onBeforeResponse: observe && observeAnswers(observe) })
  app.use(router)
  const handle = toNodeListener(app)

  const server = createServer((request, response) => {
    response.setHeader('Date', new Date(now()).toUTCString())
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (!isLoopbackHost(request.headers.host)) {
      response.writeHead(421).end('The local Clerk answers on localhost only.')
      return
    }
    setCorsHeaders(request, response)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    applyMethodOverride(request)
    const visitor = visitorOf(createEvent(request, response))
    void before(request.url ?? '/').then(() => asVisitor(visitor, () => handle(request, response)))
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE'
        ? new Error(`Port ${port} is taken. Is the demo running already? Stop it, or give the local Clerk another port.`)
        : error)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return { server, port: address !== null && typeof address === 'object' ? address.port : port }
}
