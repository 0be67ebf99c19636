import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface Wire {
  /** The database's address, through this wire. */
  url: string
  /** How many connections of the app are open and work. */
  count(): number
  /** Nothing passes any more on the connections that are open now, in neither direction and with no sign of it. Later ones work. */
  freeze(): void
  /** Ends all connections, and every new one, until `restore()`: a database that is away. What is frozen stays silent. */
  cut(): void
  restore(): void
  close(): Promise<void>
}

/** Stands between an app and Postgres, and fails as networks do. */
export async function openWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl)
  const pairs = new Map<Socket, Socket>()
  const frozen = new Set<Socket>()
  let away = false

  const server = createServer({ noDelay: true }, (client) => {
    if (away) return void client.destroy()
    const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
    pairs.set(client, upstream)
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.on('error', () => {})
      one.once('close', () => {
        if (frozen.has(other)) return
        other.destroy()
        pairs.delete(client)
      })
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(databaseUrl)
  url.port = String(typeof address === 'object' && address ? address.port : 0)
  return {
    url: url.href,
    count: () => pairs.size,
    freeze() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
        frozen.add(client).add(upstream)
        pairs.delete(client)
      }
    },
    cut() {
      away = true
      for (const client of pairs.keys()) client.destroy()
    },
    restore() {
      away = false
    },
    async close() {
      for (const socket of [...pairs.keys(), ...frozen]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
