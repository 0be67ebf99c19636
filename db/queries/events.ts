import { and, desc, eq, gt, gte, lt, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { EventsQuery } from '#shared/schemas/admin.ts'
import type { Position } from '#shared/schemas/paging.ts'
import type { AdminEvent } from '#shared/types/admin.ts'
import { outcomes } from '#shared/types/sync.ts'
import type { ReasonDetails, ReasonFor } from '#shared/types/sync.ts'
import type { Database } from '../client.ts'
import { users, webhookEvents } from '../schema.ts'
import { isPast, toPage } from './paging.ts'
import { displayName } from './users.ts'

/**
 * Notes that an event could not be applied by our own fault; Svix will send it again.
 * It may be written after a retry that succeeded: then the outcome stays, and only the count of deliveries grows.
 */
export async function recordFailedEvent(db: Database, event: { id: string, type: string | null, userId: string | null, reason: ReasonFor<'failed'>, details: ReasonDetails | null, durationMs: number }): Promise<void> {
  const now = sql`now()`
  await db.insert(webhookEvents)
    .values({ ...event, outcome: 'failed', firstReceivedAt: now, lastReceivedAt: now })
    .onConflictDoUpdate({
      target: webhookEvents.id,
      set: {
        lastReceivedAt: now,
        deliveries: sql`${webhookEvents.deliveries} + 1`,
        reason: sql`case when ${webhookEvents.outcome} = 'failed' then excluded.reason else ${webhookEvents.reason} end`,
        details: sql`case when ${webhookEvents.outcome} = 'failed' then excluded.details else ${webhookEvents.details} end`,
        durationMs: event.durationMs,
      },
    })
}

/** From Clerk's clock to our commit, ms; 0 where Clerk's clock is ahead. */
export const lag = sql<number | null>`case when ${webhookEvents.occurredAt} is not null and ${webhookEvents.appliedAt} is not null
  then greatest(0, extract(epoch from ${webhookEvents.appliedAt} - ${webhookEvents.occurredAt}) * 1000)::float8 end`

const eventColumns = {
  id: webhookEvents.id,
  type: webhookEvents.type,
  userId: webhookEvents.userId,
  userName: displayName,
  occurredAt: webhookEvents.occurredAt,
  firstReceivedAt: webhookEvents.firstReceivedAt,
  lastReceivedAt: webhookEvents.lastReceivedAt,
  appliedAt: webhookEvents.appliedAt,
  deliveries: webhookEvents.deliveries,
  outcome: webhookEvents.outcome,
  reason: webhookEvents.reason,
  details: webhookEvents.details,
  durationMs: webhookEvents.durationMs,
  lagMs: lag,
}

const isOfUser = eq(users.id, webhookEvents.userId)
const newestFirst = [desc(webhookEvents.lastReceivedAt), desc(webhookEvents.id)]

type EventFilter = Omit<EventsQuery, 'name'> & {
  /** Of any of these; each is looked up by itself. */
  users?: string[] | undefined
}

/** The event log, newest first, paged by keyset. */
export async function listEvents(db: Database, query: EventFilter): Promise<{ events: AdminEvent[], next: Position | null }> {
  const found = await selectEvents(db, query)
  const { rows, next } = toPage(found, query.limit, event => ({ key: event.lastReceivedAt, id: event.id }))
  return { events: rows, next }
}

/**
 * Each filter is the beginning of an index in the list's order, so that a page reads only the rows that it shows; a type
 * alone is looked up once for each outcome, and each of several users by themselves. The ids of the page are read first, from the index alone: for all columns at
 * once Postgres would choose the index of times.
 */
export function selectEvents(db: Database, { type, outcome, user, users: several, since, until, cursor, limit }: EventFilter) {
  const { id, lastReceivedAt } = webhookEvents
  const select = (...more: (SQL | undefined)[]) => db
    .select({ id, lastReceivedAt })
    .from(webhookEvents)
    .where(and(
      ...more,
      type === undefined ? undefined : eq(webhookEvents.type, type),
      user === undefined ? undefined : eq(webhookEvents.userId, user),
      since === undefined ? undefined : gte(lastReceivedAt, since),
      until === undefined ? undefined : lt(lastReceivedAt, until),
      isPast('desc', lastReceivedAt, id, cursor),
    ))
    .orderBy(...newestFirst)
    .limit(limit + 1)

  /** The newest of what each value of a column has. */
  const selectEach = (values: readonly string[], ...is: (SQL | undefined)[]) => {
    const one = select(...is).as('one')
    return db.select({ id: one.id, lastReceivedAt: one.lastReceivedAt })
      .from(sql`unnest(array[${sql.join(values.map(value => sql`${value}`), sql`, `)}]::text[]) as x (value)`).crossJoinLateral(one)
      .orderBy(desc(one.lastReceivedAt), desc(one.id)).limit(limit + 1)
  }
  const isOutcome = outcome && eq(webhookEvents.outcome, outcome)
  const page = (several
    ? selectEach(several, isOutcome, sql`${webhookEvents.userId} = x.value`)
    : type !== undefined && outcome === undefined && user === undefined
      ? selectEach(outcomes, sql`${webhookEvents.outcome} = x.value`)
      : select(isOutcome)).as('page')
  return db.select(eventColumns)
    .from(page)
    .innerJoin(webhookEvents, eq(webhookEvents.id, page.id))
    .leftJoin(users, isOfUser)
    .orderBy(desc(page.lastReceivedAt), desc(page.id))
}

/** Events received after this moment, newest first. @param after ISO 8601 */
export async function findEventsAfter(db: Database, after: string, limit: number): Promise<AdminEvent[]> {
  return db.select(eventColumns)
    .from(webhookEvents)
    .leftJoin(users, isOfUser)
    .where(gt(webhookEvents.lastReceivedAt, after))
    .orderBy(...newestFirst)
    .limit(limit)
}
