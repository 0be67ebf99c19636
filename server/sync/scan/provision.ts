import type { Database } from '#db/client.ts'
import { insertPendingUser } from '#db/queries/mirror.ts'
import { databaseNow } from '#db/queries/state.ts'
import { findUser } from '#db/queries/users.ts'
import type { ClerkReader } from '../clerk.ts'
import type { Applied, News } from '../news.ts'

export type Provisioned = 'read' | 'pending' | 'unknown'

/**
 * Just-in-time: someone signed in writes before their webhook has come, so that one user is read from Clerk
 * and applied by the same rule. Requests at the same time share one read.
 * @returns `read`: applied · `pending`: Clerk is out of reach, a row with the id alone stands in · `unknown`: Clerk says 404
 */
export function createProvisioner(db: Database, clerk: ClerkReader, apply: (news: News) => Promise<Applied>) {
  const inFlight = new Map<string, Promise<Provisioned>>()

  async function read(id: string): Promise<Provisioned> {
    // Whoever asked for us looked before another read ended: then all is done.
    const known = await findUser(db, id)
    if (known?.user.status === 'here') return 'read'
    const beganAt = await databaseNow(db)
    let user
    try {
      user = await clerk.user(id)
    }
    catch {
      await insertPendingUser(db, id)
      return 'pending'
    }
    if (!user) return 'unknown'
    await apply({ kind: 'read', user, source: 'request', byId: true, beganAt })
    return 'read'
  }

  return (id: string): Promise<Provisioned> => {
    const running = inFlight.get(id) ?? read(id).finally(() => inFlight.delete(id))
    inFlight.set(id, running)
    return running
  }
}
