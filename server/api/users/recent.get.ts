import { listNewcomersForGuests } from '#db/queries/guests.ts'
import { listMembers } from '#db/queries/users.ts'
import type { Member } from '#shared/types/user.ts'
import { NEWCOMERS } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

/** Who joined last, newest first; for a guest only those who are seen in posts, so that nobody harvests the names. */
export default defineApiHandler(async (event): Promise<{ users: Member[] }> => {
  const db = await useDb()
  if (viewerId(event) === null) return { users: await listNewcomersForGuests(db, NEWCOMERS) }
  const { users } = await listMembers(db, { q: '', limit: NEWCOMERS })
  return { users }
})
