import type { PublicUser } from '../types/user.ts'

/** A mention in a body is a user id, `<@user_2ab>`, so that a rename shows everywhere. */
export const mentionPattern = /<@([\w-]{1,64})>/g
/** Not within an address, such as `zoe@example.com` or `@zoe@example.com`. */
const usernamePattern = /(?<![\p{L}\p{M}\p{N}_@/.<>])@([\w.-]*\w)(?![\w.-]*@)/gu

export const mentionOf = (id: string) => `<@${id}>`

/** The ids that a body mentions, each once. */
export const mentionedIds = (body: string): string[] => [...new Set([...body.matchAll(mentionPattern)].flatMap(([, id]) => id ?? []))]

/** The user names that follow an `@` in a body, in lower case, each once. */
export const mentionedUsernames = (body: string): string[] => [...new Set([...body.matchAll(usernamePattern)].flatMap(([, name]) => name?.toLowerCase() ?? []))]

/** A body with another text in the place of each user name that follows an `@`. @param replace gets the whole, such as `@ada`, and the name */
export const replaceUsernames = (body: string, replace: (text: string, username: string) => string): string => body.replace(usernamePattern, replace)

/** The text of a mention: the user's name now, or that the user was deleted. */
export function mentionText(person: PublicUser | undefined): string {
  return person && person.status !== 'gone' ? `@${person.name}` : 'deleted user'
}

/** A body as people read it, without its markup: for titles, descriptions and labels. */
export function plainText(body: string, mentions: readonly PublicUser[]): string {
  return body.replace(mentionPattern, (_, id) => mentionText(mentions.find(person => person.id === id)))
}

/** A user whom a mention may mean. */
export interface Mentionable {
  id: string
  /** Null or left out when `@username` must not be taken for this user. */
  username?: string | null
  /** Whether the author may not mention them. */
  blocked?: boolean
}

/**
 * A body as it is stored: `@username` becomes a mention by id when exactly one of the given users has that name. A mention
 * by id of someone whom the author may not mention becomes their user name as plain text, or "someone"; of an id that none of
 * the given users has, plain text.
 */
export function settleMentions(body: string, people: readonly Mentionable[]): string {
  const byId = new Map(people.map(person => [person.id, person]))
  const byName = Map.groupBy(people.filter(({ blocked }) => !blocked), ({ username }) => username?.toLowerCase())
  const settled = body.replace(mentionPattern, (token, id) => {
    const person = byId.get(id)
    if (!person) return `@${id}`
    return !person.blocked ? token : person.username ? `@${person.username}` : 'someone'
  })
  return replaceUsernames(settled, (text, username) => {
    const [person, ...others] = byName.get(username.toLowerCase()) ?? []
    return person && others.length === 0 ? mentionOf(person.id) : text
  })
}
