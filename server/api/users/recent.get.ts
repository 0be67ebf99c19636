import { listNewcomersForGuests } from '#db/queries/guests.ts'
import { listNewcomers } from '#db/queries/members.ts'
import type { Member } from '#shared/types/user.ts'
import { NEWCOMERS } from '#shared/types/user.ts'

/**
 * Who joined last, newest first; for a guest only those who are seen in posts, so that nobody harvests the names, and for a
 * member nobody whom they muted or blocked, or who blocked them.
 */
export default defineApiHandler(async (event): Promise<{ users: Member[] }> => {
  const viewer = viewerId(event)
  if (viewer === null) return { users: await readPublic(event, db => listNewcomersForGuests(db, NEWCOMERS)) }
  return { users: await readPublic(event, db => listNewcomers(db, viewer, NEWCOMERS)) }
})
