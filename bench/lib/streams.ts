import { connect as connectSocket } from 'node:net'

export interface StreamClient {
  /** Resolves with the bytes that hold `text`, and when they were read (`performance.now()`). */
  hears(text: string): Promise<{ at: number, bytes: Buffer }>
  close(): void
}

const AT_ONCE = 100

/** A page's event stream, read from a bare socket, so that the client takes little of the machine. */
function connect(url: URL): Promise<StreamClient> {
  return new Promise((done, fail) => {
    let waiting: { text: string, heard: (heard: { at: number, bytes: Buffer }) => void } | undefined
    let kept = Buffer.alloc(0)
    let opened = false
    const socket = connectSocket(Number(url.port), url.hostname)
    socket.once('error', fail)
    socket.once('close', () => fail(new Error(`${url.href} closed the stream.`)))
    socket.write(`GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\naccept: text/event-stream\r\n\r\n`)
    socket.on('data', (chunk) => {
      if (!opened) {
        const head = chunk.toString('latin1')
        if (!head.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`${url.href} answered ${head.slice(0, 40)}`))
        opened = true
        done({ hears: text => new Promise(heard => waiting = { text, heard }), close: () => socket.destroy() })
      }
      if (!waiting) return
      // What is waited for may come in two pieces.
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk
      if (!bytes.includes(waiting.text)) return void (kept = bytes.subarray(-4_096))
      kept = Buffer.alloc(0)
      waiting.heard({ at: performance.now(), bytes })
      waiting = undefined
    })
  })
}

/** @returns so many open streams, opened 100 at a time */
export async function openStreams(address: string, count: number): Promise<StreamClient[]> {
  const url = new URL(address)
  const clients: StreamClient[] = []
  while (clients.length < count) {
    clients.push(...await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => connect(url))))
  }
  return clients
}
