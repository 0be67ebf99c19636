import { once } from 'node:events'
import net from 'node:net'

export interface FreezableProxy {
  /** The address of the database by way of this proxy. */
  url: string
  /**
   * From now on these connections carry nothing, in either direction, and end for neither side: no FIN, no RST.
   * @param ports of Postgres's clients, as `pg_stat_activity.client_port` has them; all that are open when not said
   * @param count how many of them, at most
   * @returns how many were frozen
   */
  freeze(ports?: number[], count?: number): number
  /** Whether new connections are frozen from their beginning. */
  swallow(all: boolean): void
  close(): Promise<void>
}

/** A TCP proxy before Postgres that can lose single connections without a word, as a NAT that forgot them does. */
export async function startFreezableProxy(databaseUrl: string): Promise<FreezableProxy> {
  const target = new URL(databaseUrl)
  const wires = new Set<{ near: net.Socket, far: net.Socket, frozen: boolean }>()
  let swallowing = false

  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true })
    const wire = { near, far, frozen: swallowing }
    wires.add(wire)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.setNoDelay()
      from.on('data', chunk => void (wire.frozen || to.write(chunk)))
      from.on('end', () => void (wire.frozen || to.end()))
      from.on('error', () => {})
      from.on('close', () => {
        if (wire.frozen) return
        to.destroy()
        wires.delete(wire)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy listens on no port.')
  const url = new URL(databaseUrl)
  url.port = String(address.port)

  return {
    url: url.href,
    freeze(ports, count = Number.POSITIVE_INFINITY) {
      const chosen = [...wires].filter(({ frozen, far }) => !frozen && (!ports || ports.includes(far.localPort ?? 0))).slice(0, count)
      for (const wire of chosen) wire.frozen = true
      return chosen.length
    },
    swallow: all => void (swallowing = all),
    async close() {
      for (const { near, far } of wires) {
        near.destroy()
        far.destroy()
      }
      server.close()
      await once(server, 'close')
    },
  }
}
