import type { H3Event } from 'h3'
import { findUser } from '#db/queries/users.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import type { Provisioned } from '#server/sync/scan/provision.ts'

const gone = 'This account was deleted, so it cannot post. Sign out, and sign up again if you want to come back.'

/** @throws 503 while the secret key is of another Clerk instance: nothing may be written then */
export async function provision(id: string): Promise<Provisioned> {
  return useMirror().provision(id).catch((error) => {
    if (!(error instanceof ForeignInstanceError)) throw error
    throw apiError(503, 'Accounts cannot be set up right now. The people who run this site can see why. Nothing was saved.')
  })
}

/**
 * Makes sure that whoever writes is here, after a first attempt wrote nothing. A user whose webhook has not come is read
 * from Clerk now, and so is one whom a scan or check took for gone, since that was an inference.
 * @throws 403 for the deleted and the banned
 */
export async function requireAuthor(event: H3Event): Promise<void> {
  const id = requireUser(event)
  const db = await useDb()
  const before = await findUser(db, id)
  if (!before || (before.user.status === 'gone' && before.syncedBy !== 'webhook')) await provision(id)

  const found = await findUser(db, id)
  if (!found || found.user.status === 'gone') throw apiError(403, gone)
  if (found.banned) throw apiError(403, 'This account is banned, so it cannot post.')
}
