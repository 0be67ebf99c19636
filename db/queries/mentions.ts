import { and, inArray, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import type { Mentionable } from '#shared/utils/mentions.ts'
import type { Database } from '../client.ts'
import { NAME_KEY_CHARACTERS, toNameKey, users } from '../schema.ts'
import { isUnblocked } from './hidden-from.ts'
import { isVisible } from './users.ts'

/**
 * Whom `authorId` may mention: the users with these ids, the deleted too, and those with these user names, in small letters, whose posts anyone may see.
 * Two users may have one user name for a moment, when they swap names and the events come in the other order. A user name
 * is looked up by the characters that its index holds, so the caller compares the whole of it. Of two people one of whom blocked
 * the other, neither finds the other by name; by id they are `blocked`, with the name that stands in the text instead.
 */
export async function findMentionable(db: Database, authorId: string | null, ids: string[], usernames: string[]): Promise<Mentionable[]> {
  const blocked = sql<boolean>`${users.deletedAt} is null and not ${isUnblocked(db, authorId, users.id) ?? sql`true`}`
  return unionAll(
    db.select({ id: users.id, username: sql<string | null>`case when ${blocked} then ${users.username} end`, blocked }).from(users)
      .where(inArray(users.id, ids)),
    db.select({ id: users.id, username: users.username, blocked: sql<boolean>`false` }).from(users)
      .where(and(inArray(toNameKey(users.username), usernames.map(name => name.slice(0, NAME_KEY_CHARACTERS))), isVisible, isUnblocked(db, authorId, users.id))),
  )
}
