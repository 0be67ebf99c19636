import { findMentionable } from '#db/queries/mentions.ts'
import type { Database } from '#db/client.ts'
import { isPostTooLarge, POST_MAX_MENTIONS } from '#shared/schemas/text.ts'
import { mentionedIds, mentionedUsernames, settleMentions } from '#shared/utils/mentions.ts'

/**
 * A body as it is stored, every mention by user id, and the ids. One query, and only for a body with an `@`.
 * Those whom the author may not mention become plain text; user names beyond 20 mentions, or that would make the body too large, stay it.
 */
export async function resolveMentions(db: Database, authorId: string, body: string): Promise<{ body: string, mentions: string[] }> {
  if (!body.includes('@')) return { body, mentions: [] }
  const ids = mentionedIds(body)
  const people = await findMentionable(db, authorId, ids, mentionedUsernames(body).slice(0, POST_MAX_MENTIONS - ids.length))
  const settled = settleMentions(body, people)
  const stored = isPostTooLarge(settled) ? settleMentions(body, people.map(({ id, blocked }) => ({ id, blocked }))) : settled
  return { body: stored, mentions: mentionedIds(stored) }
}
