import { closeDatabase, openDatabase } from './client.ts'
import { findSessionPid } from './queries/diagnosis.ts'

/** What nobody answers is given up after this time, ms. */
const SILENT_MS = 4_000
const ROUNDS = 3

/** The address that sessions need leads to a pooler in transaction mode. */
export class PooledAddressError extends Error {
  override name = 'PooledAddressError'
  constructor() {
    super('This address of Postgres leads to a pooler in transaction mode, where LISTEN and locks are lost. Set DATABASE_DIRECT_URL to the address of Postgres itself; DATABASE_URL may stay the pooler\'s.')
  }
}

/**
 * Whether an address leads to a pooler that gives a session of Postgres to another client after each transaction
 * (PgBouncer's modes `transaction` and `statement`, and most providers' pooled addresses). Two clients ask in turn which
 * session they have: behind such a pooler they share one, or one of them changes it.
 * @throws what the driver throws when nobody is there, and when a connection was lost meanwhile: a new one is another session
 */
export async function isTransactionPooler(url: string): Promise<boolean> {
  let lost = false
  const clients = [1, 2].map(() => openDatabase(url, { session: true, prepare: false, silentMs: SILENT_MS, onClose: () => void (lost = true) }))
  try {
    const sessions = clients.map(() => new Set<number>())
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, client] of clients.entries()) sessions[index]?.add(await findSessionPid(client))
    }
    if (lost) throw new Error('A connection was lost while Postgres was asked for its sessions.')
    const [first, second] = sessions
    return sessions.some(({ size }) => size > 1) || (first !== undefined && second?.isDisjointFrom(first) === false)
  }
  finally {
    await Promise.all(clients.map(client => closeDatabase(client, 1)))
  }
}
