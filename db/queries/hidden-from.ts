import { and, eq, sql } from 'drizzle-orm'
import type { Placeholder, SQL, SQLWrapper } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { RestrictionKind } from '#shared/types/moderation.ts'
import type { Database } from '../client.ts'
import { restrictions } from '../schema.ts'

type Id = SQLWrapper | Placeholder | string

/** As `case`, which Postgres takes for true every other time. Of `is null` it expects nearly no row, and then filters all that a page may walk. */
const neither = (one: SQLWrapper, other: SQLWrapper) => sql`case when ${one} is null then ${other} is null else false end`

// Each is a scalar subquery, read by the primary key for each row that a page walks. Of `exists`, Postgres makes a join, and
// may read every mute and block of a person for it, or of all people.

/** What `userId` did about `otherId`; null when nothing. */
export function restrictionOf(db: Database, userId: Id, otherId: Id) {
  const own = alias(restrictions, 'own_restriction')
  return sql<RestrictionKind | null>`${db.select({ kind: own.kind }).from(own).where(and(eq(own.userId, sql`${userId}`), eq(own.otherId, sql`${otherId}`)))}`
}

function blockOf(db: Database, userId: Id, otherId: Id) {
  const block = alias(restrictions, 'block')
  return sql`${db.select({ kind: block.kind }).from(block).where(and(eq(block.userId, sql`${userId}`), eq(block.otherId, sql`${otherId}`), eq(block.kind, 'block')))}`
}

/** Whether `otherId` blocked `userId`. */
export const isBlockedBy = (db: Database, userId: Id, otherId: Id) => sql<boolean>`${blockOf(db, otherId, userId)} is not null`

/**
 * Whether what `authorId` wrote or did may reach `viewerId` unasked, in feeds, threads, notifications and searches: nobody
 * muted or blocked the other, but that the author muted the viewer. Undefined, and so no condition, for a guest.
 */
export function mayReach(db: Database, viewerId: Id | null, authorId: SQLWrapper): SQL | undefined {
  return viewerId === null ? undefined : neither(restrictionOf(db, viewerId, authorId), blockOf(db, authorId, viewerId))
}

/**
 * Whether neither blocked the other: what a muted person wrote is still shown where the viewer asks for it, by its address or
 * on that person's profile. Undefined for a guest.
 */
export function isUnblocked(db: Database, viewerId: Id | null, authorId: Id): SQL | undefined {
  return viewerId === null ? undefined : neither(blockOf(db, viewerId, authorId), blockOf(db, authorId, viewerId))
}
