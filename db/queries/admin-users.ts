import { and, asc, desc, sql } from 'drizzle-orm'
import type { AdminUsersQuery, UserSort } from '../../shared/schemas/admin.ts'
import type { Position } from '../../shared/schemas/paging.ts'
import type { AdminUser } from '../../shared/types/admin.ts'
import type { UserStatus } from '../../shared/types/user.ts'
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

const likePattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

type Row = typeof users.$inferSelect
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

function afterPosition({ key, id }: Position, query: AdminUsersQuery) {
  const value = query.sort === 'name' ? sql`lower(${key})` : sql`${key}::timestamptz`
  return query.order === 'asc'
    ? sql`(${sortKeys[query.sort]}, ${users.id}) > (${value}, ${id})`
    : sql`(${sortKeys[query.sort]}, ${users.id}) < (${value}, ${id})`
}

/** Synced users for the admin page: found by name, user name, e-mail or id, sorted, paged by keyset. */
export async function listAdminUsers(db: Database, query: AdminUsersQuery) {
  const pattern = likePattern(query.q)
  const direction = query.order === 'asc' ? asc : desc
  const rows = await db
    .select()
    .from(users)
    .where(and(
      query.status && isStatus[query.status],
      query.q === ''
        ? undefined
        : sql`(${users.name} ilike ${pattern} or ${users.username} ilike ${pattern} or ${users.email} ilike ${pattern} or ${users.id} = ${query.q})`,
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

/** All rows by status. */
export async function countUsers(db: Database): Promise<Record<UserStatus, number>> {
  const [row] = await db
    .select({
      here: sql<number>`count(*) filter (where ${isStatus.here})::int`,
      pending: sql<number>`count(*) filter (where ${isStatus.pending})::int`,
      gone: sql<number>`count(*) filter (where ${isStatus.gone})::int`,
    })
    .from(users)
  return row ?? { here: 0, pending: 0, gone: 0 }
}
