import { findPerson, toPublicUser } from '#db/queries/people.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import type { Profile } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

export default defineApiHandler(async (event): Promise<Profile> => {
  const { id } = readParams(event, UserParams)
  const person = await findPerson(await useDb(), id)
  if (!person) throw apiError(404, 'Nobody here has this id.')
  const { bio, country, banned, joinedAt } = person
  return { ...toPublicUser(person), bio, country, banned, joinedAt: joinedAt?.toISOString() ?? null }
})
