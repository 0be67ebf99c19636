import { closeDatabase, openDatabase } from './client.ts'

/** What nobody answers is given up after this time, ms. */
const SILENT_MS = 4_000
const ROUNDS = 3

/**
 * Whether an address leads to a pooler that gives a connection of Postgres to another client after each transaction
 * (PgBouncer's modes `transaction` and `statement`, and most providers' pooled addresses). Two clients that are connected
 * at the same time have two sessions of Postgres, unless they share one in turn.
 * @throws what the driver throws when nobody is there
 */
export async function isTransactionPooler(url: string): Promise<boolean> {
  const clients = [1, 2].map(() => openDatabase(url, { max: 1, prepare: false, silentMs: SILENT_MS }))
  try {
    const seen = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, client] of clients.entries()) {
        const [row] = await client.$client<{ pid: number }[]>`select pg_backend_pid() as pid`
        seen.add(`${index} ${row?.pid}`)
      }
    }
    const pids = new Set([...seen].map(one => one.split(' ')[1]))
    // Each client keeps a session of its own, or not.
    return seen.size > clients.length || pids.size < seen.size
  }
  finally {
    await Promise.all(clients.map(client => closeDatabase(client, 1)))
  }
}
