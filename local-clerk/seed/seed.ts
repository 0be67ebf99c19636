import type { Context } from '../context.ts'
import { hashPassword } from '../state/passwords.ts'
import { adminEmail, demoPassword } from './accounts.ts'
import { people } from './people.ts'

const hour = 60 * 60 * 1000

/** Creates the 25 people as if they had joined in the last 90 days, each with an event. */
export function seedPeople({ accounts, now }: Context) {
  // Once: it is made to be slow.
  const passwordHash = hashPassword(demoPassword)
  people.forEach((person, index) => {
    const joinedAt = now() - person.joinedDaysAgo * 24 * hour - (index * 5 % 11) * hour - index * 61_013
    accounts.create({
      id: person.id,
      firstName: person.firstName,
      lastName: person.lastName,
      username: person.username,
      email: person.email,
      passwordHash,
      imagePath: person.hasPicture ? `/avatars/${person.id}.svg` : null,
      publicMetadata: person.email === adminEmail ? { role: 'admin' } : {},
      createdAt: joinedAt,
      updatedAt: joinedAt,
    })
  })
}
