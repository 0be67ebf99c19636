import type { H3Event } from 'h3'
import { countUnread } from '#db/queries/notifications.ts'
import { findHidden } from '#db/queries/restrictions.ts'
import { findUser } from '#db/queries/users.ts'
import type { Me } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

/** The state of who is signed in, from the local table alone. @throws 401 for a guest */
export async function readMe(event: H3Event): Promise<Me> {
  const userId = requireUser(event)
  const db = await useDb()
  const [found, hidden, unread] = await Promise.all([findUser(db, userId), findHidden(db, userId), countUnread(db, userId)])
  if (!found) return { status: 'pending', userId }
  const { user, bio, country, birthday, banned } = found
  if (user.status !== 'here') return { status: user.status, userId }
  return { status: 'here', userId, user, profile: { bio, country, birthday }, banned, isAdmin: isAdmin(event), hidden, unread }
}
