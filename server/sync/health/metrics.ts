import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '#db/client.ts'
import { findStoredFacts } from '#db/queries/facts.ts'
import { countFinishedRuns, findLastReconcile } from '#db/queries/runs.ts'
import { findCheckState } from '#db/queries/state.ts'
import type { Outcome, RefusalReason, Repair } from '#shared/types/sync.ts'
import { driftKinds, outcomes, refusalReasons } from '#shared/types/sync.ts'
import type { Health } from './health.ts'

/** A type that is not here counts as `other`: what Clerk invents, or a wrong secret lets in, must not grow the labels. */
const knownTypes = ['user.created', 'user.updated', 'user.deleted', 'session.created', 'session.ended', 'session.removed', 'session.revoked', 'session.pending']
const labelOf = (type: string | null) => type === null ? 'unreadable' : knownTypes.includes(type) ? type : 'other'

/** What guests share, where an app keeps that. */
export interface SharedAnswersCounts {
  /** Answers by how they came: from memory, from a read that others waited for already, or by a read of their own. */
  kept: number
  joined: number
  read: number
  /** Bytes that are kept. */
  bytes: number
}

export interface MirrorMetrics {
  /** Counts a verified delivery. @param times in ms; `lag` when it was applied just now */
  countDelivery(type: string | null, outcome: Outcome, times: { apply: number, lag: number | null }): void
  /** Counts a delivery that was not verified. */
  countRefused(reason: RefusalReason): void
  /** Counts what a check or a scan repaired. */
  countRepairs(by: 'check' | 'scan', repairs: Repair[]): void
  /** All metrics as Prometheus reads them. What the database cannot say just now is absent. */
  read(now: { db: Database, health: Health, streams: number, shared: SharedAnswersCounts }): Promise<{ text: string, contentType: string }>
}

/** The metrics of this process. @param onError told when what is stored could not be read */
export function createMetrics(onError: (error: unknown) => void): MirrorMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const deliveries = new Counter({ name: 'rollcall_deliveries_total', help: 'Deliveries with a right signature, by type of event and outcome.', labelNames: ['type', 'outcome'], registers })
  const refused = new Counter({ name: 'rollcall_deliveries_refused_total', help: 'Deliveries that could not be verified, by reason.', labelNames: ['reason'], registers })
  const applySeconds = new Histogram({ name: 'rollcall_apply_seconds', help: 'From the arrival of a delivery to its commit.', buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers })
  const lagSeconds = new Histogram({ name: 'rollcall_lag_seconds', help: 'From Clerk\'s timestamp of an event to the commit that applied it.', buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 36_000, 108_000], registers })
  const lastEventAge = new Gauge({ name: 'rollcall_last_event_age_seconds', help: 'Since the last event that was accepted; absent while none ever was.', registers })
  const users = new Gauge({ name: 'rollcall_users', help: 'Rows of the copy by state.', labelNames: ['state'], registers })
  const clerkUsers = new Gauge({ name: 'rollcall_clerk_users', help: 'Users that Clerk said it has at the last check; absent before the first.', registers })
  const countDifference = new Gauge({ name: 'rollcall_count_difference', help: 'Clerk\'s count of users minus ours and those that cannot be stored, at the last check; absent before the first.', registers })
  const drift = new Gauge({ name: 'rollcall_drift_users', help: 'Users that differed when the last reconcile looked, by kind.', labelNames: ['kind'], registers })
  const reconciles = new Gauge({ name: 'rollcall_reconciles', help: 'Reconciles that are on record, by result.', labelNames: ['result'], registers })
  const lastReconcile = new Gauge({ name: 'rollcall_last_reconcile_success_timestamp_seconds', help: 'When the last reconcile ended well that was not dry; absent while none did.', registers })
  const checkedAt = new Gauge({ name: 'rollcall_checked_timestamp_seconds', help: 'When the last check finished; absent before the first.', registers })
  const seenUntil = new Gauge({ name: 'rollcall_seen_until_timestamp_seconds', help: 'By Clerk\'s clock: every change until then is here; absent before the first full comparison.', registers })
  const repaired = new Counter({ name: 'rollcall_repaired_total', help: 'Users that differed from Clerk and were put right, by what found them and how they differed.', labelNames: ['by', 'kind'], registers })
  const liveClients = new Gauge({ name: 'rollcall_live_clients', help: 'Live streams open on this instance.', registers })
  const sharedAnswers = new Counter({ name: 'rollcall_shared_answers_total', help: 'Answers that guests share: from memory (kept), by a read that others waited for (joined), or by a read of their own.', labelNames: ['by'], registers })
  const sharedBytes = new Gauge({ name: 'rollcall_shared_answers_bytes', help: 'What is kept in memory for guests.', registers })

  for (const by of ['check', 'scan'] as const) for (const kind of driftKinds) repaired.inc({ by, kind }, 0)
  for (const reason of refusalReasons) refused.inc({ reason }, 0)
  for (const type of ['user.created', 'user.updated', 'user.deleted']) for (const outcome of outcomes) deliveries.inc({ type, outcome }, 0)

  async function readStored(db: Database, health: Health) {
    const [stored, { last, repairedAt }, results, counts, state] = await Promise.all([findStoredFacts(db), findLastReconcile(db), countFinishedRuns(db), health.userCounts(), findCheckState(db)])
    if (stored.lastEventAt) lastEventAge.set((Date.parse(stored.now) - Date.parse(stored.lastEventAt)) / 1000)
    for (const [state, count] of Object.entries(counts)) users.set({ state }, count)
    for (const kind of driftKinds) drift.set({ kind }, last?.found?.driftCounts[kind] ?? 0)
    for (const [result, count] of Object.entries(results)) reconciles.set({ result }, count)
    if (repairedAt) lastReconcile.set(Date.parse(repairedAt) / 1000)
    if (state.checkedAt) checkedAt.set(Date.parse(state.checkedAt) / 1000)
    if (state.seenUntil) seenUntil.set(Date.parse(state.seenUntil) / 1000)
    if (!state.check?.counts) return
    const { clerk, ours, unstorable } = state.check.counts
    clerkUsers.set(clerk)
    countDifference.set(clerk - ours - unstorable)
  }

  return {
    countDelivery(type, outcome, times) {
      deliveries.inc({ type: labelOf(type), outcome })
      applySeconds.observe(times.apply / 1000)
      if (times.lag !== null) lagSeconds.observe(Math.max(0, times.lag) / 1000)
    },
    countRefused: reason => refused.inc({ reason }),
    countRepairs(by, repairs) {
      for (const { kind } of repairs) repaired.inc({ by, kind })
    },
    async read({ db, health, streams, shared }) {
      for (const gauge of [lastEventAge, clerkUsers, countDifference, lastReconcile, checkedAt, seenUntil]) gauge.remove()
      liveClients.set(streams)
      sharedAnswers.reset()
      for (const by of ['kept', 'joined', 'read'] as const) sharedAnswers.inc({ by }, shared[by])
      sharedBytes.set(shared.bytes)
      await readStored(db, health).catch(onError)
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}
