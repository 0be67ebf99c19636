import { listNewcomersForGuests } from '#db/queries/guests.ts'
import { listMembers } from '#db/queries/users.ts'
import type { Member } from '#shared/types/user.ts'
import { NEWCOMERS } from '#shared/types/user.ts'

/** Who joined last, newest first; for a guest only those who are seen in posts, so that nobody harvests the names. */
export default defineApiHandler(async (event): Promise<{ users: Member[] }> => {
  const viewer = viewerId(event)
  if (viewer === null) return { users: await readPublic(event, db => listNewcomersForGuests(db, NEWCOMERS)) }
  const { users } = await readPublic(event, db => listMembers(db, { viewerId: viewer, q: '', limit: NEWCOMERS }))
  return { users }
})
