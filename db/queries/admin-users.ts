import type { UserFilterQuery, UserSort } from '#shared/schemas/admin.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminUser, AdminUserDetail } from '#shared/types/admin.ts'
import type { SyncSource } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { toPublicUser } from './people.ts'

type Sql = Database['$client']
export type UsersQuery = UserFilterQuery & { cursor?: Position, limit: number }
export interface UsersPage { users: AdminUser[], next: Position | null }

interface Row {
  id: string
  name: string | null
  username: string | null
  first_name: string | null
  last_name: string | null
  image_url: string | null
  email: string | null
  banned: boolean
  clerk_created_at: string | null
  clerk_updated_at: string | null
  clerk_event_at: string | null
  last_sign_in_at: string | null
  deleted_at: string | null
  synced_at: string
  synced_by: SyncSource
}

/** Rows of the sort's index that are looked at before anything else: what is common is found among them. */
const LOOK = 2_000
/** So many matches are sorted at once; more are met soon enough on the way. Words cluster by name, so for them it pays for longer. */
const FEW = { words: 20_000, other: 2_000 }

/**
 * Synced users for the admin page: found by words or id, filtered, sorted, paged by keyset.
 *
 * Postgres has to choose between walking the sort's index until the page is full and sorting all that match, and it
 * guesses wrong for what depends on each other (the deleted have no name, the imported are the oldest). So it is not
 * asked: the first rows in order, then all matches if they are few, and the whole walk only for what is common and far.
 */
export async function listAdminUsers(db: Database, query: UsersQuery): Promise<UsersPage> {
  const sql = db.$client
  const words = hasWords(query)
  // Who is deleted, or has not come, has no words.
  if (words && (query.status === 'gone' || query.status === 'pending')) return { users: [], next: null }
  if (query.status === 'pending' || isId(query.q)) return await sortFew(sql, query) ?? toPage(await walk(sql, query), query)
  if (!words && !(query.syncedBy && query.sort === 'name')) return toPage(await walk(sql, query), query)
  return await lookAhead(sql, query) ?? await sortFew(sql, query) ?? toPage(await walk(sql, query), query)
}

/** The page, when the first rows in order fill it or there are no more rows than these; else null. */
async function lookAhead(sql: Sql, query: UsersQuery): Promise<UsersPage | null> {
  const look = Math.max(LOOK, 2 * query.limit)
  const rows = await sql<(Row & { looked: number })[]>`
    with ahead as materialized (
      select ${columns(sql)}, u.search from ${source(sql, query, inOrder(sql, query), look)} order by ${order(sql, query)} limit ${look}
    )
    select t.looked, p.* from (select count(*)::int as looked from ahead) t
    left join lateral (
      select ${columns(sql)} from ahead u where ${filters(sql, query, false)} order by ${order(sql, query)} limit ${query.limit + 1}
    ) p on true
  `
  const found = rows.filter(row => row.id !== null)
  return found.length > query.limit || (rows[0]?.looked ?? 0) < look ? toPage(found, query) : null
}

/** The page out of all that match, sorted; null when they are not few. */
async function sortFew(sql: Sql, query: UsersQuery): Promise<UsersPage | null> {
  const few = hasWords(query) ? FEW.words : FEW.other
  const rows = await sql<(Row & { matching: number })[]>`
    with found as materialized (
      select u.id, ${sortKey(sql, query.sort)} as key from users u where ${filters(sql, query, true)} limit ${few + 1}
    )
    select t.matching, p.* from (select count(*)::int as matching from found) t
    left join lateral (
      select ${columns(sql)} from (
        select * from found f where ${after(sql, query, sql`f.key`, sql`f.id`)} order by ${order(sql, query, sql`f.key`, sql`f.id`)} limit ${query.limit + 1}
      ) f join users u on u.id = f.id
      order by ${order(sql, query, sql`f.key`, sql`f.id`)}
    ) p on true
  `
  return (rows[0]?.matching ?? 0) > few ? null : toPage(rows.filter(row => row.id !== null), query)
}

const walk = (sql: Sql, query: UsersQuery) => sql<Row[]>`
  select ${columns(sql)} from ${source(sql, query, filters(sql, query, false), query.limit + 1)}
  order by ${order(sql, query)} limit ${query.limit + 1}
`

const columns = (sql: Sql) => sql`
  u.id, u.name, u.username, u.first_name, u.last_name, u.image_url, u.email, u.banned, u.clerk_created_at, u.clerk_updated_at,
  u.clerk_event_at, u.last_sign_in_at, u.deleted_at, u.synced_at, u.synced_by
`

/**
 * Rows after the cursor. The index by when they were synced begins with how, so that each way is asked for by itself.
 * Tombstones have no name and would all stand at one end, so by name they have an index of their own.
 */
function source(sql: Sql, query: UsersQuery, where: ReturnType<typeof filters>, limit: number) {
  if (query.sort === 'name' && !query.banned) {
    const rows = (deleted: ReturnType<typeof filters>) => sql`(select * from users u where u.deleted_at ${deleted} and ${where} and ${after(sql, query)} order by ${order(sql, query)} limit ${limit})`
    const [live, gone] = [rows(sql`is null`), rows(sql`is not null`)]
    if (hasWords(query) || query.status === 'here') return sql`${live} u`
    return query.status === 'gone' ? sql`${gone} u` : sql`(${live} union all ${gone}) u`
  }
  if (query.sort !== 'synced' || query.syncedBy) return sql`(select * from users u where ${where} and ${after(sql, query)}) u`
  return sql`(values ('webhook'), ('scan'), ('request')) s (source) cross join lateral (
    select * from users u where u.synced_by = s.source and ${where} and ${after(sql, query)} order by ${order(sql, query)} limit ${limit}
  ) u`
}

/** What a list is sorted by, as its index has it; none is ever null, so that a page can begin after any row. */
function sortKey(sql: Sql, sort: UserSort) {
  switch (sort) {
    case 'joined': return sql`coalesce(u.clerk_created_at, u.synced_at)`
    case 'synced': return sql`u.synced_at`
    case 'name': return sql`lower(coalesce(u.name, ''))`
  }
}

function order(sql: Sql, { sort, order }: UsersQuery, key = sortKey(sql, sort), id = sql`u.id`) {
  return order === 'asc' ? sql`${key}, ${id}` : sql`${key} desc, ${id} desc`
}

function after(sql: Sql, { sort, order, cursor }: UsersQuery, key = sortKey(sql, sort), id = sql`u.id`) {
  if (!cursor) return sql`true`
  const from = sort === 'name' ? sql`lower(${cursor.key}::text)` : sql`${cursor.key}::timestamptz`
  return order === 'asc' ? sql`(${key}, ${id}) > (${from}, ${cursor.id})` : sql`(${key}, ${id}) < (${from}, ${cursor.id})`
}

/** Those filters that the sort's own indexes begin with, so that nothing is walked past for them. */
const inOrder = (sql: Sql, { status, syncedBy, banned, sort }: UsersQuery) => sql`true
  ${syncedBy && sort !== 'name' ? sql`and u.synced_by = ${syncedBy}` : sql``}
  ${banned ? sql`and u.banned` : sql``}
  ${status === 'gone' ? sql`and u.deleted_at is not null` : sql``}
`

/** @param byIndex whether the words are looked up in their index; else each row is held against them */
function filters(sql: Sql, { q, status, syncedBy, banned }: UsersQuery, byIndex: boolean) {
  // Asked for once: in a plan that is kept, the function would be called for each row.
  const wanted = sql`(select search_query(${q}, true))`
  const words = byIndex ? sql`u.search @@ ${wanted}` : sql`ts_match_vq(u.search, ${wanted})`
  return sql`true
    ${q === '' ? sql`` : isId(q) ? sql`and u.id = ${q}` : sql`and ${words}`}
    ${syncedBy ? sql`and u.synced_by = ${syncedBy}` : sql``}
    ${banned === undefined ? sql`` : banned ? sql`and u.banned` : sql`and not u.banned`}
    ${status === 'gone' ? sql`and u.deleted_at is not null` : sql``}
    ${status === 'pending' ? sql`and u.deleted_at is null and u.clerk_updated_at is null` : sql``}
    ${status === 'here' ? sql`and u.deleted_at is null and u.clerk_updated_at is not null` : sql``}
  `
}

/** An id is looked up; anything else is the beginning of a word of the names, the user name or the e-mail. */
const isId = (q: string) => /^user_\w+$/.test(q)
const hasWords = ({ q }: UsersQuery) => q !== '' && !isId(q)

function toPage(rows: Row[], { limit, sort }: UsersQuery): UsersPage {
  const users = rows.slice(0, limit).map(toAdminUser)
  const last = rows.length > limit ? users.at(-1) : undefined
  return { users, next: last ? { key: sortKeyOf(last, rows[limit - 1]?.name ?? '', sort), id: last.id } : null }
}

function sortKeyOf(user: AdminUser, name: string, sort: UserSort): string {
  switch (sort) {
    case 'joined': return user.clerkCreatedAt ?? user.syncedAt
    case 'synced': return user.syncedAt
    case 'name': return name
  }
}

const time = (text: string) => new Date(text).toISOString()
const maybeTime = (text: string | null) => text === null ? null : time(text)

function toAdminUser(row: Row): AdminUser {
  return {
    ...toPublicUser({ id: row.id, name: row.name, username: row.username, imageUrl: row.image_url, deletedAt: row.deleted_at, clerkUpdatedAt: row.clerk_updated_at }),
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    banned: row.banned,
    clerkCreatedAt: maybeTime(row.clerk_created_at),
    clerkUpdatedAt: maybeTime(row.clerk_updated_at),
    clerkEventAt: maybeTime(row.clerk_event_at),
    lastSignInAt: maybeTime(row.last_sign_in_at),
    deletedAt: maybeTime(row.deleted_at),
    syncedAt: time(row.synced_at),
    syncedBy: row.synced_by,
  }
}

/** One row, the tombstones too, and what they keep here. */
export async function findAdminUser(db: Database, id: string): Promise<{ user: AdminUser } & Pick<AdminUserDetail, 'hasProfile' | 'posts'> | undefined> {
  const sql = db.$client
  const [row] = await sql<(Row & { has_profile: boolean, shown: number, deleted: number })[]>`
    select ${columns(sql)},
      exists (select from profiles p where p.user_id = u.id) as has_profile,
      (select count(*)::int from posts p where p.author_id = u.id and p.deleted_at is null) as shown,
      (select count(*)::int from posts p where p.author_id = u.id and p.deleted_at is not null) as deleted
    from users u where u.id = ${id}
  `
  return row && { user: toAdminUser(row), hasProfile: row.has_profile, posts: { shown: row.shown, deleted: row.deleted } }
}
