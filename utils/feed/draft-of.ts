import type { PublicUser } from '#shared/types/user.ts'
import { mentionPattern, mentionText } from '#shared/utils/mentions.ts'
import type { Draft } from './draft.ts'

/**
 * A body as it is edited: the names of today in the place of ids. A mention of someone who is gone becomes plain text.
 * `bodyOf` makes the same body of it.
 */
export function draftOf(body: string, people: readonly PublicUser[]): Draft {
  const draft: Draft = { text: '', mentions: [] }
  let end = 0
  for (const match of body.matchAll(mentionPattern)) {
    draft.text += body.slice(end, match.index)
    end = match.index + match[0].length
    const person = people.find(({ id, status }) => id === match[1] && status !== 'gone')
    const start = draft.text.length
    draft.text += mentionText(person)
    if (person) draft.mentions.push({ start, end: draft.text.length, person })
  }
  draft.text += body.slice(end)
  return draft
}
