import type { User } from './schema.ts'

const normal = (identifier: string) => identifier.trim().toLowerCase()

const identifiersOf = (user: User) => [user.username, ...user.emails.map(email => email.address)]
  .filter(identifier => identifier !== null)

export interface Identifiers {
  find(identifier: string): string | undefined
  replace(before: User | undefined, after: User | undefined): void
}

/** An index from username and e-mail address, in any case of letters, to user id: a look-up stays quick with 100,000 users. */
export function indexIdentifiers(users: Iterable<User>): Identifiers {
  const idByIdentifier = new Map<string, string>()
  const identifiers: Identifiers = {
    find: identifier => idByIdentifier.get(normal(identifier)),
    replace(before, after) {
      for (const identifier of before ? identifiersOf(before) : []) idByIdentifier.delete(normal(identifier))
      for (const identifier of after ? identifiersOf(after) : []) idByIdentifier.set(normal(identifier), after?.id ?? '')
    },
  }
  for (const user of users) identifiers.replace(undefined, user)
  return identifiers
}
