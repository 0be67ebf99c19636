import type { Mentionable } from '#shared/utils/mentions.ts'
import type { Database } from '../client.ts'

/**
 * Who is meant by these ids, the deleted too, and by these user names, in small letters: only people whose posts anyone may see.
 * A user name may be two people's for a moment, when they swap and the events come in the other order.
 */
export async function findMentionable(db: Database, ids: string[], usernames: string[]): Promise<Mentionable[]> {
  return db.$client<Mentionable[]>`
    select id, null as username from users where id = any(${ids})
    union all
    select id, username from users where lower(username) = any(${usernames}) and deleted_at is null and not banned
  `
}
