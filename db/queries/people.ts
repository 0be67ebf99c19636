import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { PeopleQuery } from '#shared/schemas/people.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { Member, OwnProfile, PublicUser } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { profiles, users } from '../schema.ts'

/** The columns that a public person is made of. */
export const personColumns = {
  id: users.id,
  name: users.name,
  username: users.username,
  imageUrl: users.imageUrl,
  deletedAt: users.deletedAt,
  clerkUpdatedAt: users.clerkUpdatedAt,
}

export interface PersonRow {
  id: string
  name: string | null
  username: string | null
  imageUrl: string | null
  deletedAt: Date | string | null
  clerkUpdatedAt: Date | string | null
}

/** People whose posts anyone may see. */
export const isVisible = sql`${users.deletedAt} is null and not ${users.banned}`

export function toPublicUser(row: PersonRow): PublicUser {
  const status = row.deletedAt ? 'gone' : row.clerkUpdatedAt ? 'here' : 'pending'
  return {
    id: row.id,
    name: status === 'gone' ? 'deleted user' : row.name ?? 'New member',
    username: row.username,
    imageUrl: row.imageUrl,
    status,
  }
}

/** A person with what they say of themselves; undefined when no row has come. */
export async function findPerson(db: Database, id: string) {
  const [row] = await db
    .select({
      ...personColumns,
      banned: users.banned,
      syncedBy: users.syncedBy,
      joinedAt: users.clerkCreatedAt,
      bio: profiles.bio,
      country: profiles.country,
      birthday: profiles.birthday,
    })
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.id, id))
  return row
}

const joined = sql`coalesce(${users.clerkCreatedAt}, ${users.syncedAt})`
const nameKey = sql`lower(coalesce(${users.name}, ''))`
/** The same order, not by the index of it: those of one name stand together there, maybe at its other end. */
const foundOrder = sql`(${nameKey} || '')`

/**
 * People, paged by keyset; not those whose news has not come, nor the hidden. Without a search, who joined last comes first;
 * those who are found, by the beginning of each word of their names or user name, come by name.
 */
export async function listPeople(db: Database, query: PeopleQuery): Promise<{ users: Member[], next: Position | null }> {
  const { q, cursor, limit } = query
  const rows = await db
    .select({ ...personColumns, joinedAt: sql<Date>`${joined}`.mapWith(users.syncedAt) })
    .from(users)
    .where(and(
      isVisible,
      isNotNull(users.clerkUpdatedAt),
      q ? sql`${users.search} @@ search_query(${q}, false)` : undefined,
      cursor && (q ? sql`(${nameKey}, ${users.id}) > (lower(${cursor.key}), ${cursor.id})` : sql`(${joined}, ${users.id}) < (${cursor.key}::timestamptz, ${cursor.id})`),
    ))
    .orderBy(...q ? [asc(foundOrder), asc(users.id)] : [desc(joined), desc(users.id)])
    .limit(limit + 1)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    users: rows.slice(0, limit).map(({ joinedAt, ...person }) => ({ ...toPublicUser(person), joinedAt: joinedAt.toISOString() })),
    next: last ? { key: q ? last.name ?? '' : last.joinedAt.toISOString(), id: last.id } : null,
  }
}

/**
 * Changes what is given of one's own profile, in one statement that locks the user, so that a delete in flight is not outrun.
 * @returns the whole profile; undefined when the user is not here, deleted or banned
 */
export async function updateProfile(db: Database, userId: string, patch: Partial<OwnProfile>): Promise<OwnProfile | undefined> {
  const given = (key: keyof OwnProfile) => patch[key] !== undefined
  const [row] = await db.$client<OwnProfile[]>`
    with author as (
      select id from users where id = ${userId} and deleted_at is null and not banned for share
    )
    insert into profiles as p (user_id, bio, country, birthday)
    select id, ${patch.bio ?? null}, ${patch.country ?? null}, ${patch.birthday ?? null}::date from author
    on conflict (user_id) do update set
      bio = case when ${given('bio')} then excluded.bio else p.bio end,
      country = case when ${given('country')} then excluded.country else p.country end,
      birthday = case when ${given('birthday')} then excluded.birthday else p.birthday end
    returning bio, country, birthday::text as birthday
  `
  return row && { bio: row.bio, country: row.country, birthday: row.birthday }
}
