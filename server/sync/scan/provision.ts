import type { Database } from '#db/client.ts'
import { insertPendingUser } from '#db/queries/mirror.ts'
import { databaseNow } from '#db/queries/state.ts'
import { findUser } from '#db/queries/users.ts'
import type { ClerkReader } from '../clerk.ts'
import { ClerkError } from '../clerk.ts'
import type { Applied, News, ReadKind } from '../news.ts'
import type { Guard } from '../receive/guard.ts'
import { requireOwnInstance } from '../receive/guard.ts'

export type Provisioned = 'read' | 'pending' | 'unknown'

interface Parts { db: Database, clerk: ClerkReader, guard: Guard, apply: (news: News) => Promise<Applied> }

/**
 * Reads one user from Clerk and applies the answer by the version rule.
 * @param by `asked` when an admin asks: then the answer wins over a row that is ahead of Clerk
 * @returns null when Clerk says 404
 * @throws ForeignInstanceError · ClerkError
 */
export async function readUser({ db, clerk, guard, apply }: Parts, id: string, by: Exclude<ReadKind, 'list'>): Promise<Applied | null> {
  await requireOwnInstance(guard)
  const beganAt = await databaseNow(db)
  const { user } = await clerk.user(id)
  return user && apply({ kind: 'read', user, source: 'request', by, beganAt })
}

/**
 * Just-in-time: someone signed in writes before their webhook has come, so that one user is read from Clerk
 * and applied by the same rule. Requests at the same time share one read.
 * @returns `read`: applied · `pending`: Clerk is out of reach, a row with the id alone stands in · `unknown`: Clerk says 404
 * @throws ForeignInstanceError while the secret key is of another instance: nothing is written then
 */
export function createProvisioner(parts: Parts) {
  const inFlight = new Map<string, Promise<Provisioned>>()

  async function provision(id: string): Promise<Provisioned> {
    // An earlier read of this user may have ended since this one was asked for.
    const known = await findUser(parts.db, id)
    if (known?.user.status === 'here') return 'read'
    try {
      return await readUser(parts, id, 'id') ? 'read' : 'unknown'
    }
    catch (error) {
      if (!(error instanceof ClerkError)) throw error
      await insertPendingUser(parts.db, id)
      return 'pending'
    }
  }

  return (id: string): Promise<Provisioned> => {
    const running = inFlight.get(id) ?? provision(id).finally(() => inFlight.delete(id))
    inFlight.set(id, running)
    return running
  }
}
