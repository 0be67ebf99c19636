import { and, eq, isNull, not, sql } from 'drizzle-orm'
import type { OwnProfile, PublicUser, UserStatus } from '#shared/types/user.ts'
import type { Database } from '../client.ts'
import { profiles, toDisplayName, toNameKey, users } from '../schema.ts'
import { notifyOfChange } from './channel.ts'
import { asInstant } from './expressions.ts'
import { isBlockedBy, restrictionOf } from './hidden-from.ts'

/** Users whose posts, bio and country anyone may see. */
export const isVisible = and(isNull(users.deletedAt), not(users.banned))

/** A row that waits for its first news from Clerk. */
export const isPending = and(isNull(users.clerkUpdatedAt), isNull(users.deletedAt))

/** A user's name; null while nothing is known of it. */
export const displayName = toDisplayName(users)

/** What anyone may see of a user: `PublicUser`. Deleted users and those whose news has not come are shown by words. */
export const publicUserColumns = {
  id: users.id,
  name: sql<string>`case when ${users.deletedAt} is not null then 'deleted user' else coalesce(${displayName}, 'New member') end`,
  username: users.username,
  imageUrl: users.imageUrl,
  status: sql<UserStatus>`case when ${users.deletedAt} is not null then 'gone' when ${users.clerkUpdatedAt} is null then 'pending' else 'here' end`,
}

/** The same as one value of JSON, for lists within a row. */
export const publicUserJson = sql<PublicUser>`json_build_object(${sql.join(Object.entries(publicUserColumns).map(([name, column]) => sql`${sql.raw(`'${name}'`)}, ${column}`), sql`, `)})`

/** When Clerk created a user, else when the row came; the expression of its index. */
export const joinedAt = sql<string>`coalesce(${users.clerkCreatedAt}, ${users.syncedAt})`
/** A user with the day they joined: `Member`. */
export const memberColumns = { ...publicUserColumns, joinedAt: asInstant(sql<string>`${joinedAt}`) }
/** The sort key of a list by name; the expression of its index. */
export const nameKey = toNameKey(sql`coalesce(${displayName}, '')`)

/** How users of whom there is no row would be shown: the name is made as a row's is. */
export async function describeUsers(db: Database, known: { id: string, firstName: string | null, lastName: string | null, username: string | null, imageUrl: string | null }[]): Promise<PublicUser[]> {
  const x = { id: sql<string>`x.id`, username: sql<string | null>`x."username"`, imageUrl: sql<string | null>`x."imageUrl"`, firstName: sql`x."firstName"`, lastName: sql`x."lastName"` }
  return db
    .select({ id: x.id, name: sql<string>`coalesce(${toDisplayName(x)}, 'New member')`, username: x.username, imageUrl: x.imageUrl, status: sql<UserStatus>`'here'` })
    // The builder has no rows from JSON.
    .from(sql`jsonb_to_recordset(${JSON.stringify(known)}::jsonb) as x (id text, "firstName" text, "lastName" text, "username" text, "imageUrl" text)`)
}

/** A user with what they say of themselves, and what stands between them and the viewer; undefined when there is no row. */
export async function findUser(db: Database, id: string, viewerId: string | null = null) {
  const [row] = await db
    .select({
      user: publicUserColumns,
      bio: profiles.bio,
      country: profiles.country,
      birthday: profiles.birthday,
      banned: users.banned,
      visible: sql<boolean>`${isVisible}`,
      syncedBy: users.syncedBy,
      joinedAt: users.clerkCreatedAt,
      restriction: viewerId === null ? sql<null>`null` : restrictionOf(db, viewerId, users.id),
      blocksViewer: viewerId === null ? sql<boolean>`false` : isBlockedBy(db, viewerId, users.id),
    })
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.id, id))
  return row
}

/**
 * Locks a user who may write, as the first part of the statement that writes, so that a delete in flight is not outrun:
 * no row when they are not here, deleted or banned.
 */
export const lockAuthor = (db: Database, userId: string) =>
  db.$with('author').as(db.select({ id: users.id, postsHidden: users.postsHidden }).from(users).where(and(eq(users.id, userId), isVisible)).for('share'))

/**
 * Changes what is given of one's own profile.
 * @returns the whole profile; undefined when the user is not here, deleted or banned
 */
export async function updateProfile(db: Database, userId: string, patch: Partial<OwnProfile>): Promise<OwnProfile | undefined> {
  const { bio = null, country = null, birthday = null } = patch
  const author = lockAuthor(db, userId)
  const [profile] = await db.with(author)
    .insert(profiles)
    .select(db.select({ userId: author.id, bio: sql`${bio}`.as('bio'), country: sql`${country}`.as('country'), birthday: sql`${birthday}::date`.as('birthday') }).from(author))
    // With the id, so that a patch of nothing is a statement too.
    .onConflictDoUpdate({ target: profiles.userId, set: { userId, ...patch } })
    .returning({ bio: profiles.bio, country: profiles.country, birthday: profiles.birthday, notified: notifyOfChange() })
  return profile && { bio: profile.bio, country: profile.country, birthday: profile.birthday }
}
