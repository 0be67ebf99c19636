import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface Gate {
  /** For `startRollcall`: the same database, through this gate. */
  route(databaseUrl: string): Promise<string>
  /** From now on a new connection is taken, and hears nothing. */
  hold(): void
  /** Lets those through that wait, and all later ones. */
  open(): void
  close(): void
}

/** Stands before a Postgres, and can keep new connections waiting. */
export function createGate(): Gate {
  let held = false
  let waiting: (() => void)[] = []
  const sockets = new Set<Socket>()
  const server = createServer()

  return {
    route(databaseUrl) {
      const url = new URL(databaseUrl)
      const target = { host: url.hostname, port: Number(url.port) }
      server.on('connection', (near) => {
        const pass = () => {
          const far = connect(target)
          sockets.add(far)
          near.pipe(far).pipe(near)
          far.on('error', () => near.destroy()).on('close', () => near.destroy())
          near.on('close', () => far.destroy())
        }
        sockets.add(near)
        near.on('error', () => {})
        if (held) waiting.push(pass)
        else pass()
      })
      return new Promise((done) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address()
          if (address === null || typeof address === 'string') throw new Error('The gate has no port.')
          url.host = `127.0.0.1:${address.port}`
          done(url.href)
        })
      })
    },
    hold() {
      held = true
    },
    open() {
      held = false
      const passing = waiting
      waiting = []
      passing.forEach(pass => pass())
    },
    close() {
      sockets.forEach(socket => socket.destroy())
      server.close()
    },
  }
}
