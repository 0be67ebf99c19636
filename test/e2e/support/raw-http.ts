import { connect } from 'node:net'

export interface RawRequest {
  method: string
  target: string
  /** Names may repeat. */
  headers: (readonly [name: string, value: string])[]
  /** Sent as it is, whatever the headers say of it. */
  body?: Buffer
}

export interface RawAnswer {
  /** Undefined where the server closed the connection without an answer. */
  status: number | undefined
  /** Everything that came, head and body. */
  text: string
}

/** An answer that goes on, such as a stream, is left after its head. */
const PATIENCE_MS = 10_000

/**
 * Sends what `fetch` would refuse to: any method, target, header and body, byte for byte, on a connection of its own.
 * @returns what came until the server closed; a stream's head
 */
export function sendRaw(origin: string, { method, target, headers, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin)
  const own = headers.some(([name]) => name === 'host') ? [] : [['host', host]]
  const lines = [...own, ['connection', 'close'], ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname)
    const patience = setTimeout(() => {
      socket.destroy()
      fail(new Error(`${method} ${target} was not answered within ${PATIENCE_MS} ms.`))
    }, PATIENCE_MS)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (/^content-type: text\/event-stream/im.test(Buffer.concat(chunks.slice(0, 2)).toString('latin1'))) socket.destroy()
    })
    // The server may close while a body is still under way.
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(patience)
      const text = Buffer.concat(chunks).toString('utf8')
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? []
      done({ status: status ? Number(status) : undefined, text })
    })
    // Latin-1 keeps each character of a head one byte. It is not ended: the server would take that for someone who left.
    socket.write(Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body ?? Buffer.alloc(0)]))
  })
}
