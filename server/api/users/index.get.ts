import { listMembers } from '#db/queries/members.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { PeopleQuery } from '#shared/schemas/people.ts'
import type { MemberPage } from '#shared/types/user.ts'

/** Whom one may mention, and the directory: for people who are signed in, so that nobody harvests the names. */
export default defineApiHandler(async (event): Promise<MemberPage> => {
  const viewer = requireUser(event)
  const query = readQuery(event, PeopleQuery)
  if (query.q) await limitUser(event, 'search')
  const { users, next } = await readPublic(event, db => listMembers(db, { ...query, viewerId: viewer }))
  return { users, nextCursor: next && encodeCursor(next) }
})
