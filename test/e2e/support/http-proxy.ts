import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** What goes on to the app, as a proxy may change it. */
export interface Passed { headers: Record<string, string>, body: string }
type Way = (request: IncomingMessage, passed: Passed, response: ServerResponse) => Passed | null

export interface HttpProxy {
  url: string
  close(): Promise<void>
}

/**
 * A real HTTP proxy before the app, that does what proxies do wrong.
 * @param way changes what is passed on; null when it has answered by itself
 */
export async function startHttpProxy(target: string, way: Way): Promise<HttpProxy> {
  const server = createServer((request, response) => void pass(request, response))
  async function pass(request: IncomingMessage, response: ServerResponse) {
    const headers = Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !/^(?:host|connection|content-length|transfer-encoding)$/.test(name) ? [[name, value]] : []))
    const passed = way(request, { headers, body: await text(request) }, response)
    if (!passed) return void response.end()
    const answer = await fetch(`${target}${request.url}`, { method: request.method, headers: passed.headers, ...passed.body ? { body: passed.body } : {}, redirect: 'manual' })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain', 'date': answer.headers.get('date') ?? '' })
    response.end(await answer.text())
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy listens on no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
