import type { PublicUser } from '../types/user.ts'

/** A mention in a body names a user id, so that a rename changes it everywhere: `<@user_2ab>`. */
export const mentionPattern = /<@([\w-]{1,64})>/g
const usernamePattern = /(?<![\p{L}\p{N}_@/.<>])@([\w.-]*\w)/gu

export const mentionOf = (id: string) => `<@${id}>`

/** The ids that a body mentions, each once. */
export const mentionedIds = (body: string): string[] => [...new Set([...body.matchAll(mentionPattern)].flatMap(([, id]) => id ?? []))]

/** The user names that a body has after an `@`, in small letters, each once. */
export const mentionedUsernames = (body: string): string[] => [...new Set([...body.matchAll(usernamePattern)].flatMap(([, name]) => name?.toLowerCase() ?? []))]

/** How a mention reads: the name of today, or that there is no one any more. */
export function mentionText(person: PublicUser | undefined): string {
  return person && person.status !== 'gone' ? `@${person.name}` : 'deleted user'
}

/** A body as people read it, without its markup: for titles, descriptions and labels. */
export function plainText(body: string, mentions: readonly PublicUser[]): string {
  return body.replace(mentionPattern, (_, id) => mentionText(mentions.find(person => person.id === id)))
}

/** Who may be meant by a mention. */
export interface Mentionable {
  id: string
  /** Null, or not given, when the user name is not to be taken for this person. */
  username?: string | null
}

/**
 * A body with its mentions settled: who is known is named by id, also where only `@username` was written and
 * one person has that name; an id that nobody has becomes plain text.
 */
export function settleMentions(body: string, people: readonly Mentionable[]): string {
  const known = new Set(people.map(({ id }) => id))
  const byName = Map.groupBy(people, ({ username }) => username?.toLowerCase())
  return body
    .replace(mentionPattern, (token, id) => known.has(id) ? token : `@${id}`)
    .replace(usernamePattern, (text, username) => {
      const [person, ...others] = byName.get(username.toLowerCase()) ?? []
      return person && others.length === 0 ? mentionOf(person.id) : text
    })
}
