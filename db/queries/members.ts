import { and, asc, desc, isNotNull, sql } from 'drizzle-orm'
import type { PeopleQuery } from '#shared/schemas/people.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { Member } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { users } from '../schema.ts'
import { withoutIndex } from './expressions.ts'
import { isUnblocked, mayReach } from './hidden-from.ts'
import { isPast, toPage } from './paging.ts'
import { isVisible, joinedAt, memberColumns, nameKey } from './users.ts'

/** Users who are here and visible. */
const isMember = and(isVisible, isNotNull(users.clerkUpdatedAt))

/**
 * Members, paged by keyset. Without a search, who joined last comes first; those who are found, by the beginning of each word
 * of their names or user name, are sorted by name. Of two people one of whom blocked the other, neither finds the other.
 */
export async function listMembers(db: Database, { viewerId = null, q, cursor, limit }: PeopleQuery & { viewerId?: string | null }): Promise<{ users: Member[], next: Position | null }> {
  const rows = await db
    .select({ member: memberColumns, nameKey })
    .from(users)
    .where(and(
      isMember,
      isUnblocked(db, viewerId, users.id),
      q ? sql`${users.search} @@ search_query(${q}, false)` : undefined,
      q ? isPast('asc', nameKey, users.id, cursor) : isPast('desc', joinedAt, users.id, cursor),
    ))
    .orderBy(...q ? [asc(withoutIndex(nameKey)), asc(users.id)] : [desc(joinedAt), desc(users.id)])
    .limit(limit + 1)
  const page = toPage(rows, limit, row => ({ key: q ? row.nameKey : row.member.joinedAt, id: row.member.id }))
  return { users: page.rows.map(row => row.member), next: page.next }
}

/** The members who joined last, newest first, as they are shown unasked: without whom the viewer muted or blocked, and who blocked the viewer. */
export async function listNewcomers(db: Database, viewerId: string, limit: number): Promise<Member[]> {
  return db.select(memberColumns).from(users)
    .where(and(isMember, mayReach(db, viewerId, users.id)))
    .orderBy(desc(joinedAt), desc(users.id))
    .limit(limit)
}
