import type { H3Event } from 'h3'
import { findUser } from '#db/queries/users.ts'
import { useDb, useProvision } from '#server/parts.ts'

const gone = 'This account was deleted, so it cannot write here. Sign out, and sign up again if you want to come back.'

/**
 * Makes sure that whoever writes is here, once a first attempt wrote nothing. Someone whose webhook has not come
 * is read from Clerk now, and so is someone whom a scan took for gone: that was an inference.
 * @throws 403 for the deleted and the banned
 */
export async function requireAuthor(event: H3Event): Promise<void> {
  const id = requireUser(event)
  const db = await useDb()
  const before = await findUser(db, id)
  if (!before || (before.user.status === 'gone' && before.syncedBy !== 'webhook')) await useProvision()(id)

  const found = await findUser(db, id)
  if (!found || found.user.status === 'gone') throw apiError(403, gone)
  if (found.banned) throw apiError(403, 'This account is banned, so it cannot write here.')
}
