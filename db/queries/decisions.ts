import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { DecisionAction } from '#shared/types/moderation.ts'
import type { Database } from '../client.ts'
import { posts, reportCases, reportDecisions } from '../schema.ts'
import { notifyOfPost, notifyPeople } from './channel.ts'
import { notifiedOf } from './notify.ts'

/**
 * Decides about a case, records who did, hides its post or shows it again, and tells the pages, in one statement. What an
 * admin hid stays hidden until an admin restores it, whatever its author does.
 * @returns false when there is no such case, and when a person is to be hidden or restored
 */
export async function decide(db: Database, caseId: string, decidedBy: string, { action, note }: { action: DecisionAction, note: string | null }): Promise<boolean> {
  const decided = db.$with('decided').as(db
    .update(reportCases)
    .set({ decidedAt: sql`now()` })
    .where(and(eq(reportCases.id, caseId), action === 'dismiss' ? undefined : isNotNull(reportCases.postId)))
    .returning({ id: reportCases.id, postId: reportCases.postId }))
  const changed = db.$with('changed').as(db
    .update(posts)
    .set({ hiddenAt: action === 'hide' ? sql`coalesce(${posts.hiddenAt}, now())` : null })
    .where(and(sql`${action !== 'dismiss'}`, inArray(posts.id, db.select({ id: decided.postId }).from(decided))))
    .returning({ id: posts.id }))
  const logged = db.$with('logged').as(db
    .insert(reportDecisions)
    .select(db.select({
      id: sql`${uuidv7()}::uuid`.as('id'),
      caseId: decided.id,
      decidedBy: sql`${decidedBy}`.as('decided_by'),
      action: sql`${action}`.as('action'),
      note: sql`${note}`.as('note'),
      createdAt: sql`now()`.as('created_at'),
    }).from(decided)))
  const rows = await db.with(decided, changed, logged)
    .select({
      id: decided.id,
      notified: sql`${db.select({ notified: notifyOfPost(changed.id) }).from(changed)}`,
      people: sql`${db.select({ people: notifyPeople(notifiedOf(db, changed.id)) }).from(changed)}`,
    }).from(decided)
  return rows.length > 0
}
