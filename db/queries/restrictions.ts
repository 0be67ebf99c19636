import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { alias, unionAll } from 'drizzle-orm/pg-core'
import type { Position } from '#shared/schemas/paging.ts'
import { RESTRICTED_AT_MOST } from '#shared/types/moderation.ts'
import type { Hidden, RestrictedUser, RestrictionKind } from '#shared/types/moderation.ts'
import type { Database } from '../client.ts'
import { posts, restrictions, users } from '../schema.ts'
import { isUnblocked } from './hidden-from.ts'
import { isPast, toPage } from './paging.ts'
import { lockAuthor, publicUserColumns } from './users.ts'

/**
 * Mutes or blocks someone; the new one takes the place of the old. Two requests at the same moment may pass the bound by one.
 * @returns false when who asks or the other is not here or deleted, when who asks is banned, and at the bound
 */
export async function restrict(db: Database, userId: string, otherId: string, kind: RestrictionKind): Promise<boolean> {
  const author = lockAuthor(db, userId)
  const own = alias(restrictions, 'own')
  // At the bound there is still room for what is there already.
  const others = db.select({ one: sql`1` }).from(own).where(and(eq(own.userId, userId), eq(own.kind, kind), sql`${own.otherId} <> ${otherId}`)).limit(RESTRICTED_AT_MOST).as('others')
  const rows = await db.with(author)
    .insert(restrictions)
    .select(db
      .select({ userId: author.id, otherId: users.id, kind: sql<RestrictionKind>`${kind}`.as('kind'), createdAt: sql<string>`now()`.as('created_at') })
      .from(author)
      .innerJoin(users, and(eq(users.id, otherId), isNull(users.deletedAt)))
      .where(sql`${db.select({ n: sql`count(*)` }).from(others)} < ${RESTRICTED_AT_MOST}`))
    .onConflictDoUpdate({
      target: [restrictions.userId, restrictions.otherId],
      set: { kind, createdAt: sql`case when ${restrictions.kind} = excluded.kind then ${restrictions.createdAt} else excluded.created_at end` },
    })
    .returning({ otherId: restrictions.otherId })
  return rows.length > 0
}

/** Unmutes or unblocks someone. Doing it twice changes nothing. */
export async function lift(db: Database, userId: string, otherId: string): Promise<void> {
  await db.delete(restrictions).where(and(eq(restrictions.userId, userId), eq(restrictions.otherId, otherId)))
}

/**
 * Whom someone muted and blocked, the latest first, without the deleted. A page walks what they have at most: `RESTRICTED_AT_MOST` of each kind.
 * @param page.after the last row of the page before
 */
export async function listRestrictions(db: Database, userId: string, page: { after?: Position | undefined, limit: number }): Promise<{ restrictions: RestrictedUser[], next: Position | null }> {
  const { createdAt, otherId } = restrictions
  const found = await db.select({ user: publicUserColumns, kind: restrictions.kind, since: createdAt }).from(restrictions)
    .innerJoin(users, eq(users.id, otherId))
    .where(and(eq(restrictions.userId, userId), isNull(users.deletedAt), isPast('desc', createdAt, otherId, page.after)))
    .orderBy(desc(createdAt), desc(otherId))
    .limit(page.limit + 1)
  const { rows, next } = toPage(found, page.limit, ({ since, user }) => ({ key: since, id: user.id }))
  return { restrictions: rows, next }
}

/** Of those who blocked a person, the browser is told of this many, the latest. */
const BLOCKERS_AT_MOST = 1_000

/** Whose posts do not reach someone, by id: whom they muted or blocked, and who blocked them. */
export async function findHidden(db: Database, userId: string): Promise<Record<string, Hidden>> {
  const rows = await unionAll(
    db.select({ id: restrictions.userId, hidden: sql<Hidden>`'blocked-by'` }).from(restrictions).where(and(eq(restrictions.otherId, userId), eq(restrictions.kind, 'block')))
      .orderBy(desc(restrictions.createdAt)).limit(BLOCKERS_AT_MOST),
    db.select({ id: restrictions.otherId, hidden: sql<Hidden>`${restrictions.kind}` }).from(restrictions).where(eq(restrictions.userId, userId)).limit(2 * RESTRICTED_AT_MOST),
  )
  // The person's own come last, and so count.
  return Object.fromEntries(rows.map(({ id, hidden }) => [id, hidden]))
}

/** Whether someone and the author of a post may not answer each other: one of them blocked the other. */
export async function isPostBlocked(db: Database, postId: string, userId: string): Promise<boolean> {
  const rows = await db.select({ id: posts.id }).from(posts).where(and(eq(posts.id, postId), sql`not (${isUnblocked(db, userId, posts.authorId)})`))
  return rows.length > 0
}
