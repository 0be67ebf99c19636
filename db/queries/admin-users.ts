import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import * as v from 'valibot'
import type { UserFilterQuery } from '#shared/schemas/admin.ts'
import { IdPart } from '#shared/schemas/ids.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminUser, AdminUserDetail } from '#shared/types/admin.ts'
import type { Database } from '../client.ts'
import { builderTransaction } from '../client.ts'
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

export interface AdminUsersFound {
  users: AdminUser[]
  next: Position | null
  /** Whether the middle of ids was not searched to the end. */
  incomplete: boolean
}

/**
 * Users for the admin page, tombstones too: found by words or id, filtered, sorted, paged by keyset. What finds nobody by words, nor
 * as the beginning or the end of an id, is looked for in the middle of all ids.
 */
export async function listAdminUsers(db: Database, query: UsersQuery): Promise<AdminUsersFound> {
  const { q, cursor, limit } = query
  const { rows, next } = toPage(await selectAdminUsers(db, query, q ? matches(q) : undefined), limit, row => ({ key: row.key, id: row.user.id }))
  if (rows.length > 0 || cursor || !v.is(IdPart, q)) return { users: rows.map(row => row.user), next, incomplete: false }
  return findByMiddle(db, query)
}

/** @param matching what the search finds */
function selectAdminUsers(db: Pick<Database, 'select'>, { q, status, syncedBy, banned, sort, order, cursor, limit }: UsersQuery, matching: SQL | undefined) {
  const key = sortKeys[sort]
  // Few rows match one of these, so Postgres finds them first and then sorts. For the others it walks the index of the order and leaves out what does not match.
  const few = q !== '' || banned || status === 'gone' || status === 'pending'
  const inOrder = order === 'asc' ? asc : desc
  return db
    .select({ user: adminUserColumns, key })
    .from(users)
    .where(and(
      matching,
      status && statuses[status],
      syncedBy && eq(users.syncedBy, syncedBy),
      banned === undefined ? undefined : eq(users.banned, banned),
      isPast(order, key, users.id, cursor),
    ))
    .orderBy(inOrder(few ? withoutIndex(key) : key), inOrder(users.id))
    .limit(limit + 1)
}

/** All ids are read for so long, ms; with 1,000,000 users it takes 0.2 s. */
const MIDDLE_MS = 1_000
/** Of the advisory lock by which one of all instances reads all ids at a time. */
export const MIDDLE_LOCK = 4_011_003
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const QUERY_CANCELED = '57014'

/**
 * Users whose id has the text anywhere, as many as a page has: all ids are read, since an index for it would cost each write of a
 * user more than it saves. So one search of this kind runs at a time, for a second at most, on one core.
 */
async function findByMiddle(db: Database, query: UsersQuery): Promise<AdminUsersFound> {
  const incomplete = { users: [], next: null, incomplete: true }
  try {
    return await builderTransaction(db, async (tx) => {
      const [lock] = await tx.execute<{ free: boolean }>(sql`select pg_try_advisory_xact_lock(${MIDDLE_LOCK}) as free,
        set_config('statement_timeout', ${String(MIDDLE_MS)}, true), set_config('max_parallel_workers_per_gather', '0', true)`)
      if (!lock?.free) return incomplete
      // By itself, so that it is read from an index, and ends with the page.
      const ids = tx.select({ id: users.id }).from(users).where(sql`${users.id} like ${`user\\_%${query.q}%`}`).limit(query.limit + 1).as('ids')
      const rows = await selectAdminUsers(tx, query, inArray(users.id, tx.select({ id: ids.id }).from(ids)))
      return { users: rows.slice(0, query.limit).map(row => row.user), next: null, incomplete: rows.length > query.limit }
    })
  }
  catch (error) {
    if (error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === QUERY_CANCELED) return incomplete
    throw error
  }
}

/**
 * A text is the beginning of each word of the names, the user name or the e-mail. What may be a part of an id is also its
 * beginning or its end.
 */
function matches(q: string): SQL | undefined {
  const isFound = sql`${users.search} @@ search_query(${q}, true)`
  const [, prefix, part] = /^(user_)?(\w+)$/.exec(q) ?? []
  if (part === undefined) return isFound
  const isId = eq(users.id, q)
  if (!v.is(IdPart, part)) return prefix ? isId : isFound
  const begins = sql`${toBare(users.id)} like ${beginsWith(part)}`
  return prefix ? begins : or(isFound, begins, sql`${toReversed(users.id)} like ${beginsWith([...part].reverse().join(''))}`)
}

const beginsWith = (text: string) => `${text.replace(/[\\%_]/g, String.raw`\$&`)}%`

/** Users whose events are looked up by one name. */
const NAMED = 20

/** The ids of those whom the search finds, who joined last first, and whether there are more. */
export async function findNamed(db: Database, q: string): Promise<{ ids: string[], more: boolean, incomplete: boolean }> {
  const page = await listAdminUsers(db, { q, sort: 'joined', order: 'desc', limit: NAMED })
  return { ids: page.users.map(({ id }) => id), more: page.next !== null, incomplete: page.incomplete }
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
