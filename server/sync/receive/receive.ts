import type { Database } from '#db/client.ts'
import { recordFailedEvent } from '#db/queries/events.ts'
import type { EventReason, Outcome, ReasonDetails, RefusalReason } from '#shared/types/sync.ts'
import { failureOf } from '../../failure.ts'
import { within } from '../../within.ts'
import type { RefusalCounter } from '../health/refusals.ts'
import type { MirrorMetrics } from '../health/metrics.ts'
import type { Applied, DeliveryProgress, EventNews } from '../news.ts'
import type { Guard } from './guard.ts'
import { parseEvent } from './parse.ts'
import type { DeliveryHeaders } from './verify.ts'

/** Svix waits 15 s for an answer, and a 500 in time is better than none. */
const ANSWER_MS = 13_000

/** What became of a delivery: refused, or verified and its event's outcome, after commit. */
export type Received
  = | { outcome: 'refused', reason: RefusalReason, details: null, type: null }
    | { outcome: Outcome, reason: EventReason | null, details: ReasonDetails | null, type: string | null }

export interface ReceiveParts {
  /** The database once it is ready. @throws DatabaseNotReadyError */
  db: () => Promise<Database>
  /** The pool, ready or not: a failed event is noted through it. */
  pool: Database
  verify: (body: string, headers: DeliveryHeaders) => RefusalReason | null
  guard: Guard
  apply: (news: EventNews) => Promise<Applied>
  refusals: RefusalCounter
  metrics: MirrorMetrics
}

/**
 * One entry for a delivery: verify, parse, guard, apply.
 * @returns a function of the raw body and Svix's headers; it resolves after commit, and fills `progress` on the way
 * @throws what the database throws, and DatabaseNotReadyError after 13 s: Svix must send the delivery again. What is
 * committed after that is right all the same, and the next attempt changes nothing.
 */
export function createReceiver({ db, pool, verify, guard, apply, refusals, metrics }: ReceiveParts) {
  return async (body: string, headers: DeliveryHeaders, receivedAt: number, progress: DeliveryProgress = {}): Promise<Received> => {
    const { stages } = progress
    if (stages) stages.readAt = performance.now()
    const refused = verify(body, headers)
    if (stages) stages.verifiedAt = performance.now()
    if (refused) {
      refusals.add(refused)
      metrics.countRefused(refused)
      return { outcome: 'refused', reason: refused, details: null, type: null }
    }
    const delivery = { id: headers.id ?? '', receivedAt, stages }
    const known = guard.peek()
    let news = parseEvent(body, delivery, known.mirrored)
    const { type, occurredAt } = news.event
    progress.type = type
    async function write() {
      await db()
      const { mirrored, foreign } = await guard()
      if (foreign) news = refuseKey(news, foreign, mirrored)
      // Only a process that has just started learns here which instance it mirrors.
      else if (mirrored !== known.mirrored) news = parseEvent(body, delivery, mirrored)
      if (stages) stages.queuedAt = performance.now()
      return apply(news)
    }
    try {
      const { outcome, reason, written } = await within(ANSWER_MS, write(), 'The database did not answer in time.')
      const lag = written && occurredAt !== null ? Date.now() - Date.parse(occurredAt) : null
      metrics.countDelivery(type, outcome, { apply: performance.now() - receivedAt, lag })
      return { outcome, reason, details: news.kind === 'none' ? news.details : null, type }
    }
    catch (error) {
      metrics.countDelivery(type, 'failed', { apply: performance.now() - receivedAt, lag: null })
      void noteFailure(pool, news, error)
      throw error
    }
  }
}

/** With the key of another instance nothing is written, whatever the event says. */
function refuseKey(news: EventNews, foreign: string, mirrored: string | null): EventNews {
  return { kind: 'none', outcome: 'rejected', reason: 'wrong-key', details: { instance: foreign, mirrored: mirrored ?? undefined }, event: news.event }
}

/** Best effort: when the database is what failed, there is nowhere to write it. */
async function noteFailure(pool: Database, { event }: EventNews, error: unknown) {
  const { id, type, userId, receivedAt } = event
  await recordFailedEvent(pool, { id, type, userId, ...failureOf(error), durationMs: performance.now() - receivedAt }).catch(() => {})
}
