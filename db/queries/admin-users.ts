import { and, asc, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { UserFilterQuery, UserSort } from '../../shared/schemas/admin.ts'
import type { Position } from '../../shared/schemas/paging.ts'
import type { AdminUser } from '../../shared/types/admin.ts'
import type { Database } from '../client.ts'
import { users } from '../schema.ts'
import { toPublicUser } from './people.ts'

const isStatus = {
  gone: sql`${users.deletedAt} is not null`,
  pending: sql`${users.deletedAt} is null and ${users.clerkUpdatedAt} is null`,
  here: sql`${users.deletedAt} is null and ${users.clerkUpdatedAt} is not null`,
}

/** What a list is sorted by, as its index has it; none is ever null, so that a page can begin after any row. */
const sortKeys = {
  joined: sql`coalesce(${users.clerkCreatedAt}, ${users.syncedAt})`,
  synced: sql`${users.syncedAt}`,
  name: sql`lower(coalesce(${users.name}, ''))`,
} satisfies Record<UserSort, unknown>

/** All but `search`, which no answer holds. */
const { search: _, ...columns } = getTableColumns(users)

type Row = Omit<typeof users.$inferSelect, 'search'>
const iso = (date: Date | null) => date?.toISOString() ?? null

function toAdminUser(row: Row): AdminUser {
  return {
    ...toPublicUser(row),
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    banned: row.banned,
    clerkCreatedAt: iso(row.clerkCreatedAt),
    clerkUpdatedAt: iso(row.clerkUpdatedAt),
    clerkEventAt: iso(row.clerkEventAt),
    lastSignInAt: iso(row.lastSignInAt),
    deletedAt: iso(row.deletedAt),
    syncedAt: row.syncedAt.toISOString(),
    syncedBy: row.syncedBy,
  }
}

function sortKeyOf(row: Row, sort: UserSort): string {
  switch (sort) {
    case 'joined': return (row.clerkCreatedAt ?? row.syncedAt).toISOString()
    case 'synced': return row.syncedAt.toISOString()
    case 'name': return row.name ?? ''
  }
}

function afterPosition({ key, id }: Position, query: ListQuery) {
  const value = query.sort === 'name' ? sql`lower(${key})` : sql`${key}::timestamptz`
  return query.order === 'asc'
    ? sql`(${sortKeys[query.sort]}, ${users.id}) > (${value}, ${id})`
    : sql`(${sortKeys[query.sort]}, ${users.id}) < (${value}, ${id})`
}

/** An id is looked up; anything else is the beginning of a word of the names, the user name or the e-mail. */
const matches = (q: string) => /^user_\w+$/.test(q) ? eq(users.id, q) : sql`${users.search} @@ search_query(${q}, true)`

type ListQuery = UserFilterQuery & { cursor?: Position, limit: number }

/** Synced users for the admin page: found by words or id, filtered, sorted, paged by keyset. */
export async function listAdminUsers(db: Database, query: ListQuery): Promise<{ users: AdminUser[], next: Position | null }> {
  const direction = query.order === 'asc' ? asc : desc
  const rows = await db
    .select(columns)
    .from(users)
    .where(and(
      query.status && isStatus[query.status],
      query.syncedBy && eq(users.syncedBy, query.syncedBy),
      query.banned === undefined ? undefined : query.banned ? sql`${users.banned}` : sql`not ${users.banned}`,
      query.q === '' ? undefined : matches(query.q),
      query.cursor && afterPosition(query.cursor, query),
    ))
    .orderBy(direction(sortKeys[query.sort]), direction(users.id))
    .limit(query.limit + 1)
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  return {
    users: rows.slice(0, query.limit).map(toAdminUser),
    next: last ? { key: sortKeyOf(last, query.sort), id: last.id } : null,
  }
}

/** One row, the tombstones too, and what they keep here. */
export async function findAdminUser(db: Database, id: string) {
  const [row] = await db
    .select({
      ...columns,
      hasProfile: sql<boolean>`exists (select from profiles p where p.user_id = users.id)`,
      shown: sql<number>`(select count(*)::int from posts p where p.author_id = users.id and p.deleted_at is null)`,
      deleted: sql<number>`(select count(*)::int from posts p where p.author_id = users.id and p.deleted_at is not null)`,
    })
    .from(users)
    .where(eq(users.id, id))
  return row && { user: toAdminUser(row), hasProfile: row.hasProfile, posts: { shown: row.shown, deleted: row.deleted } }
}
