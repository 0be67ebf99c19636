import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface DatabaseProxy {
  /** The address of the database by way of this proxy. */
  url: string
  /** How many connections are open and work. */
  count(): number
  /**
   * From now on these connections carry nothing, in either direction, and end for neither side: no FIN, no RST.
   * @param ports of Postgres's clients, as `pg_stat_activity.client_port` has them; all that are open when not said
   * @param count how many of them, at most
   * @returns how many were frozen
   */
  freeze(ports?: number[], count?: number): number
  /** From now on a new connection is taken, and hears nothing. */
  hold(): void
  /** Ends all connections but the frozen ones, and every new one: a database that is away. */
  cut(): void
  /** Takes `hold` and `cut` back: who waits is let through. */
  release(): void
  close(): Promise<void>
}

interface Wire { near: Socket, far: Socket, frozen: boolean }

/** A TCP proxy before Postgres that fails as networks do: a NAT that forgets connections, a database that is away. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const wires = new Set<Wire>()
  const waiting = new Set<Socket>()
  let state: 'passes' | 'holds' | 'cuts' = 'passes'

  function pass(near: Socket) {
    waiting.delete(near)
    const far = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true })
    const wire: Wire = { near, far, frozen: false }
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
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    near.on('error', () => {})
    if (state === 'cuts') near.destroy()
    else if (state === 'holds') waiting.add(near)
    else pass(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy listens on no port.')
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${address.port}`
  const working = () => [...wires].filter(({ frozen }) => !frozen)

  return {
    url: url.href,
    count: () => working().length,
    freeze(ports, count = Number.POSITIVE_INFINITY) {
      const chosen = working().filter(({ far }) => !ports || ports.includes(far.localPort ?? 0)).slice(0, count)
      for (const wire of chosen) wire.frozen = true
      return chosen.length
    },
    hold() {
      state = 'holds'
    },
    cut() {
      state = 'cuts'
      for (const { near } of working()) near.destroy()
    },
    release() {
      state = 'passes'
      waiting.forEach(pass)
    },
    async close() {
      for (const { near, far } of wires) {
        near.destroy()
        far.destroy()
      }
      waiting.forEach(near => near.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
