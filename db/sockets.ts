import net from 'node:net'

/** How often the sockets are looked at, ms. */
const TICK_MS = 500
/** What has been told to close is closed by the other side at once; after this time, ms, nobody is there. */
const CLOSE_MS = 2_000
/** A socket that was destroyed tells so after this time, ms. */
const AFTER_MS = 20

interface Watched {
  socket: net.Socket
  /** Bytes at the last look. */
  read: number
  written: number
  /** Whether something was sent since something came last. */
  asked: boolean
  /** Looks since something came, or was asked after that. A process that was stopped has looked less often, and closes nothing in haste. */
  quiet: number
}

/** Where the driver wants to connect to: its parsed options. */
interface Target { host: string[], port: number[], path: string | false }

export interface Sockets {
  /** Makes a socket, for the driver's option `socket`. */
  connect(target: Target): net.Socket
  /** Closes all: the driver opens new ones when it needs them. Statements in flight fail. */
  destroyAll(): void
}

/**
 * The sockets of a pool, with a deadline that does not depend on the other side: a connection may be lost without a FIN
 * or RST (a NAT that forgot it, a failover), and TCP alone notices after a quarter of an hour. One from which nothing
 * came for `silentMs` is destroyed, and its statement fails. The others that wait for nothing are likely to be dead too,
 * so they go with it: dead connections do not add up.
 * Postgres ends a statement by itself after its `statement_timeout`, so `silentMs` is longer than that; what is idle is
 * closed by the driver sooner. Bytes are counted below TLS, and need no listener, which the driver would remove.
 * @param onSilent called when a connection was found silent, before its statement fails
 */
export function createSockets({ silentMs, onSilent }: { silentMs: number, onSilent?: () => void }): Sockets {
  const open = new Set<Watched>()
  let timer: NodeJS.Timeout | undefined
  let turn = 0

  function look() {
    for (const one of open) {
      const { socket } = one
      if (socket.destroyed) open.delete(one)
      else if (socket.bytesRead !== one.read) Object.assign(one, { read: socket.bytesRead, written: socket.bytesWritten, asked: false, quiet: 0 })
      else if (!one.asked && socket.bytesWritten !== one.written) Object.assign(one, { asked: true, quiet: 0 })
      else one.quiet++
    }
    const silent = [...open].filter(({ socket, quiet }) => quiet * TICK_MS >= (socket.writableEnded ? Math.min(CLOSE_MS, silentMs) : silentMs))
    if (silent.length > 0) {
      onSilent?.()
      for (const one of open) if (!one.asked && one.quiet > 0 && !silent.includes(one)) one.socket.destroy()
      // Once the driver knows of those: what follows a statement that failed must not meet one of them.
      setTimeout(() => silent.forEach(({ socket }) => socket.destroy()), AFTER_MS)
    }
    if (open.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    connect({ host, port, path }) {
      // The driver goes through the hosts of an address that has several, and reads both names.
      const at = turn++ % host.length
      const place = { host: host[at], port: port[at] ?? 5432 }
      const socket = Object.assign(net.connect(path ? { path } : place), place)
      open.add({ socket, read: 0, written: 0, asked: false, quiet: 0 })
      timer ??= setInterval(look, TICK_MS).unref()
      return socket
    },
    destroyAll() {
      for (const { socket } of open) socket.destroy()
    },
  }
}
