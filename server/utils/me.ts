import type { H3Event } from 'h3'
import { findPerson, toPublicUser } from '#db/queries/people.ts'
import type { Me } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

/** The state of who is signed in, from the local table alone. @throws 401 for a guest */
export async function readMe(event: H3Event): Promise<Me> {
  const userId = requireUser(event)
  const person = await findPerson(await useDb(), userId)
  if (!person) return { status: 'pending', userId }
  const user = toPublicUser(person)
  if (user.status !== 'here') return { status: user.status, userId }
  const { bio, country, birthday, banned } = person
  return { status: 'here', userId, user, profile: { bio, country, birthday }, banned, isAdmin: isAdmin(event) }
}
