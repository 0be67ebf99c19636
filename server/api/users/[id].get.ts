import { findUser } from '#db/queries/users.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import type { Profile } from '#shared/types/user.ts'

/** A profile. What someone says of themselves is hidden as their posts are: while they are banned, and once they are gone. */
export default defineApiHandler(async (event): Promise<Profile> => {
  const { id } = readParams(event, UserParams)
  const found = await readPublic(event, db => findUser(db, id, viewerId(event)))
  if (!found) throw apiError(404, 'There is no user with this id.')
  const { user, bio, country, banned, joinedAt, visible, restriction, blocksViewer } = found
  return { ...user, bio: visible ? bio : null, country: visible ? country : null, banned, joinedAt, restriction, blocksViewer }
})
