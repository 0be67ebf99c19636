import { and, asc, desc, eq, isNotNull, or, sql } from 'drizzle-orm'
import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { PeopleQuery } from '#shared/schemas/people.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { Member } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { users } from '../schema.ts'
import { asInstant, withoutIndex } from './expressions.ts'
import { isUnblocked, mayReach } from './hidden-from.ts'
import { isPast, toPage, WALKED_AT_MOST } from './paging.ts'
import { isVisible, joinedAt, memberColumns, nameKey } from './users.ts'

/** Of those whom a search finds, so many are sorted by name; which of more is not said. */
const SORTED_AT_MOST = 20_000

/** Users who are here and visible. */
const isMember = and(isVisible, isNotNull(users.clerkUpdatedAt))

export interface MembersPage {
  /** As many as asked for; fewer, even none, at the end of the list, and where most of the rows that were walked are hidden. */
  users: Member[]
  /** Where the next page begins; null at the end of the list. */
  next: Position | null
}

/**
 * Members, paged by keyset. Without a search, who joined last comes first; those who are found, by the beginning of each word
 * of their names or user name, are sorted by name. Of two people one of whom blocked the other, neither finds the other.
 */
export async function listMembers(db: Database, { viewerId = null, q, cursor, limit }: PeopleQuery & { viewerId?: string | null }): Promise<MembersPage> {
  const mayFind = (id: SQLWrapper) => isUnblocked(db, viewerId, id)
  return q ? takePage(db, 'asc', walkFound(db, q, cursor), mayFind, limit) : takePage(db, 'desc', walkNewest(db, cursor), mayFind, limit)
}

/** The members who joined last, newest first, as they are shown unasked: without whom the viewer muted or blocked, and who blocked the viewer. */
export async function listNewcomers(db: Database, viewerId: string, limit: number): Promise<Member[]> {
  return (await takePage(db, 'desc', walkNewest(db), id => mayReach(db, viewerId, id), limit)).users
}

/** The users who joined last, `WALKED_AT_MOST` of them, whoever they are; each with its place, and whether it is a member. */
export const walkNewest = (db: Database, after?: Position) => db
  .select({
    id: users.id,
    isMember: sql<boolean>`${isMember}`.as('is_member'),
    key: asInstant(sql<string>`${joinedAt}`).as('key'),
    place: sql<number>`row_number() over (order by ${desc(joinedAt)}, ${desc(users.id)})`.as('place'),
  })
  .from(users)
  .where(isPast('desc', joinedAt, users.id, after))
  .orderBy(desc(joinedAt), desc(users.id))
  .limit(WALKED_AT_MOST).as('walked')

/** The same of those whom a search finds, by name. */
function walkFound(db: Database, q: string, after?: Position) {
  const key = withoutIndex(nameKey)
  const found = db.select({ id: users.id, key: key.as('key') }).from(users)
    .where(and(isMember, sql`${users.search} @@ search_query(${q}, false)`, isPast('asc', key, users.id, after)))
    .limit(SORTED_AT_MOST).as('found')
  return db
    .select({
      id: found.id,
      isMember: sql<boolean>`true`.as('is_member'),
      key: found.key,
      place: sql<number>`row_number() over (order by ${asc(found.key)}, ${asc(found.id)})`.as('place'),
    })
    .from(found)
    .orderBy(asc(found.key), asc(found.id))
    .limit(WALKED_AT_MOST).as('walked')
}

/** A page of those of a walk who are listed. Where it is short because the walk ended, the next one begins after its last row. */
async function takePage(db: Database, order: 'asc' | 'desc', walked: ReturnType<typeof walkNewest>, mayFind: (id: SQLWrapper) => SQL | undefined, limit: number): Promise<MembersPage> {
  const by = order === 'asc' ? asc : desc
  // Of the walk alone, so that only who is shown is looked up.
  const isListed = and(sql`${walked.isMember}`, mayFind(walked.id))
  const isEnd = eq(walked.place, WALKED_AT_MOST)
  const rows = await db
    .select({ member: memberColumns, key: walked.key, isListed: sql<boolean>`${isListed}`, isEnd: sql<boolean>`${isEnd}` })
    .from(walked)
    .innerJoin(users, eq(users.id, walked.id))
    .where(or(isListed, isEnd))
    .orderBy(by(walked.key), by(walked.id))
    .limit(limit + 1)
  const positionOf = ({ key, member }: (typeof rows)[number]): Position => ({ key, id: member.id })
  const page = toPage(rows.filter(row => row.isListed), limit, positionOf)
  const end = rows.find(row => row.isEnd)
  return { users: page.rows.map(({ member }) => member), next: page.next ?? (end ? positionOf(end) : null) }
}
