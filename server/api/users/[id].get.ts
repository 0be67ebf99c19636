import { findUser } from '#db/queries/users.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import type { Profile } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

export default defineApiHandler(async (event): Promise<Profile> => {
  const { id } = readParams(event, UserParams)
  const found = await findUser(await useDb(), id)
  if (!found) throw apiError(404, 'Nobody here has this id.')
  const { user, bio, country, banned, joinedAt } = found
  return { ...user, bio, country, banned, joinedAt }
})
