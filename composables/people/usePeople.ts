import type { Post } from '#shared/types/post'
import type { PublicUser } from '#shared/types/user'

interface Known {
  user: PublicUser
  /** When this was asked for, in ms. An answer to an earlier request is older. */
  at: number
}

// Filled in the browser alone. On the server it stays empty, so that requests share nothing.
const known = shallowReactive(new Map<string, Known>())

/** The newest known version of each user, so that a new name or face shows wherever the user appears. */
export function usePeople() {
  return {
    /** The newest known version of a user; the one given if nothing newer is known. */
    current<T extends { id: string }>(person: T): T {
      const news = known.get(person.id)
      return news && news.user.status !== 'pending' ? { ...person, ...news.user } : person
    },
    learn,
    /** Learns the authors and mentioned users of posts, and whom they answer. @param askedAt when the posts were asked for, in ms */
    learnFrom(posts: readonly Post[], askedAt: number) {
      learn(posts.flatMap(({ author, mentions, parent }) => [author, ...mentions, ...parent ? [parent.author] : []]), askedAt)
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
