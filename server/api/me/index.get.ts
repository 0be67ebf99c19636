import { findPerson, toPublicUser } from '../../../db/queries/people.ts'
import type { Me } from '../../../shared/types/user.ts'

/** The states of someone who is signed in. Reads the local table alone: `pending` turns when the webhook lands. */
export default defineApiHandler(async (event): Promise<Me> => {
  const userId = requireUser(event)
  const person = await findPerson(await useDb(), userId)
  if (!person) return { status: 'pending', userId }
  const user = toPublicUser(person)
  if (user.status !== 'here') return { status: user.status, userId }
  const { bio, country, birthday, banned } = person
  return { status: 'here', userId, user, profile: { bio, country, birthday }, banned, isAdmin: isAdmin(event) }
})
