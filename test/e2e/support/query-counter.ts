import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** Frontend messages that run a statement: Query and Execute. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const runs = new Set(['Q', 'E'])

export interface QueryCounter {
  /** Statements since the last call. */
  take(): number
  route(databaseUrl: string): Promise<string>
  close(): void
}

/** Stands between an app and Postgres, and counts the statements on the wire; not that LISTEN is said anew each second. */
export function createQueryCounter(): QueryCounter {
  let count = 0
  const sockets = new Set<Socket>()
  let close = () => {}

  function countMessages() {
    let pending = Buffer.alloc(0)
    let started = false
    return (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        // The first message has no type, only a length.
        const header = started ? 1 : 0
        if (pending.length < header + 4) return
        const length = header + pending.readInt32BE(header)
        if (pending.length < length) return
        if (started && runs.has(String.fromCharCode(pending[0] ?? 0)) && !pending.subarray(header + 4).toString('utf8', 0, 7).startsWith('listen ')) count++
        started = true
        pending = pending.subarray(length)
      }
    }
  }

  return {
    take() {
      const taken = count
      count = 0
      return taken
    },
    route(databaseUrl) {
      const target = new URL(databaseUrl)
      const routed = new URL(databaseUrl)
      const server = createServer((client) => {
        const upstream = connect(Number(target.port), target.hostname)
        for (const socket of [client, upstream]) {
          sockets.add(socket)
          socket.on('error', () => socket.destroy())
        }
        client.on('data', countMessages())
        client.pipe(upstream).pipe(client)
      })
      close = () => {
        server.close()
        for (const socket of sockets) socket.destroy()
      }
      return new Promise(done => server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        routed.port = String(typeof address === 'object' && address ? address.port : 0)
        done(routed.href)
      }))
    },
    close: () => close(),
  }
}
