import type { Post } from '#shared/types/post'
import type { PublicUser } from '#shared/types/user'

interface Known {
  user: PublicUser
  /** When this was so; an answer to an older question says less. */
  at: number
}

// Written in the browser alone: on the server it stays empty, so that no request sees another's.
const known = shallowReactive(new Map<string, Known>())

/** The newest version of everyone on the page, so that a new name or face shows wherever that person appears. */
export function usePeople() {
  return {
    /** This person as we know them now. */
    current<T extends { id: string }>(person: T): T {
      const news = known.get(person.id)
      return news && news.user.status !== 'pending' ? { ...person, ...news.user } : person
    },
    learn,
    /** Everyone named in these posts, as an answer had them to a question asked at `askedAt` (milliseconds). */
    learnFrom(posts: readonly Post[], askedAt: number) {
      learn(posts.flatMap(({ author, mentions }) => [author, ...mentions]), askedAt)
    },
  }
}

function learn(people: readonly PublicUser[], at: number): void {
  if (import.meta.server) return
  for (const { id, name, username, imageUrl, status } of people) {
    const before = known.get(id)
    if (before && before.at > at) continue
    const same = before && before.user.name === name && before.user.username === username
      && before.user.imageUrl === imageUrl && before.user.status === status
    if (same) before.at = at
    else known.set(id, { user: { id, name, username, imageUrl, status }, at })
  }
}
