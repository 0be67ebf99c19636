import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Whether nothing listens on this port of localhost. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, () => probe.close(() => done(true)))
  })
}

/**
 * Any port that is free now. It lies below 32768, because systems take the ports of outgoing connections from above that:
 * so it is still free when it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768)
    if (await isFree(port)) return port
  }
}

/** A port as a person wrote it; null when it is none. */
export function readPort(text: string): number | null {
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : null
}
