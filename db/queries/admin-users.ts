import { and, asc, desc, eq, getTableColumns, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { UserFilterQuery } from '#shared/schemas/admin.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminUser, AdminUserDetail } from '#shared/types/admin.ts'
import type { Database } from '../client.ts'
import { posts, profiles, toBare, toReversed, users } from '../schema.ts'
import { asInstant, withoutIndex } from './expressions.ts'
import { isPast, toPage } from './paging.ts'
import { isPending, joinedAt, nameKey, publicUserColumns } from './users.ts'

export type UsersQuery = UserFilterQuery & { cursor?: Position, limit: number }

/** Every column but the words of the search. */
const { search, ...rowColumns } = getTableColumns(users)
const adminUserColumns = {
  ...rowColumns,
  ...publicUserColumns,
}

/** What a list is sorted by, as its index has it. None is ever null, so that a page can begin after any row. */
const sortKeys = {
  joined: asInstant(sql<string>`${joinedAt}`),
  synced: asInstant(sql<string>`${users.syncedAt}`),
  name: nameKey,
}

const statuses = {
  here: and(isNull(users.deletedAt), isNotNull(users.clerkUpdatedAt)),
  pending: isPending,
  gone: isNotNull(users.deletedAt),
}

/** Users for the admin page, tombstones too: found by words or id, filtered, sorted, paged by keyset. */
export async function listAdminUsers(db: Database, query: UsersQuery): Promise<{ users: AdminUser[], next: Position | null }> {
  const { q, status, syncedBy, banned, sort, order, cursor, limit } = query
  const key = sortKeys[sort]
  // Few rows match one of these, so Postgres finds them first and then sorts. For the others it walks the index of the order and leaves out what does not match.
  const few = q !== '' || banned || status === 'gone' || status === 'pending'
  const inOrder = order === 'asc' ? asc : desc
  const found = await db
    .select({ user: adminUserColumns, key })
    .from(users)
    .where(and(
      q ? matches(q) : undefined,
      status && statuses[status],
      syncedBy && eq(users.syncedBy, syncedBy),
      banned === undefined ? undefined : eq(users.banned, banned),
      isPast(order, key, users.id, cursor),
    ))
    .orderBy(inOrder(few ? withoutIndex(key) : key), inOrder(users.id))
    .limit(limit + 1)
  const { rows, next } = toPage(found, limit, row => ({ key: row.key, id: row.user.id }))
  return { users: rows.map(row => row.user), next }
}

/**
 * A text is the beginning of each word of the names, the user name or the e-mail. What may be a part of an id is also its
 * beginning or its end: from 4 characters on, since those of one time begin alike.
 */
function matches(q: string): SQL | undefined {
  const isFound = sql`${users.search} @@ search_query(${q}, true)`
  const [, prefix, part] = /^(user_)?(\w+)$/.exec(q) ?? []
  if (part === undefined) return isFound
  const isId = eq(users.id, q)
  if (part.length < ID_PART) return prefix ? isId : isFound
  const begins = sql`${toBare(users.id)} like ${beginsWith(part)}`
  return prefix ? begins : or(isFound, begins, sql`${toReversed(users.id)} like ${beginsWith([...part].reverse().join(''))}`)
}

/** Characters of an id that are looked up at least. */
const ID_PART = 4

const beginsWith = (text: string) => `${text.replace(/[\\%_]/g, String.raw`\$&`)}%`

/** Users whose events are looked up by one name. */
const NAMED = 20

/** The ids of those whom the search finds, who joined last first, and whether there are more. */
export async function findNamed(db: Database, q: string): Promise<{ ids: string[], more: boolean }> {
  const page = await listAdminUsers(db, { q, sort: 'joined', order: 'desc', limit: NAMED })
  return { ids: page.users.map(({ id }) => id), more: page.next !== null }
}

/** One row, a tombstone too, and what is kept here for that user. */
export async function findAdminUser(db: Database, id: string): Promise<{ user: AdminUser } & Pick<AdminUserDetail, 'hasProfile' | 'posts'> | undefined> {
  const isTheirs = eq(posts.authorId, users.id)
  const [row] = await db
    .select({
      user: adminUserColumns,
      hasProfile: sql<boolean>`${isNotNull(profiles.userId)}`,
      posts: { shown: db.$count(posts, and(isTheirs, isNull(posts.deletedAt))), deleted: db.$count(posts, and(isTheirs, isNotNull(posts.deletedAt))) },
    })
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.id, id))
  return row
}
