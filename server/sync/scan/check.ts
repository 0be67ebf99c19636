import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { acquireLock, CHECK_LOCK, countLiveUsers, recordRun } from '#db/queries/scan.ts'
import { beginCheck, failCheck, finishCheck } from '#db/queries/state.ts'
import type { CheckState } from '#db/queries/state.ts'
import type { CheckFacts, Repair, ScanNeed } from '#shared/types/sync.ts'
import type { ClerkReader } from '../clerk.ts'
import { ClerkError, clerkFailureOf } from '../clerk.ts'
import type { Guard } from '../receive/guard.ts'
import { requireOwnInstance } from '../receive/guard.ts'
import { readChanges } from './changes.ts'
import { repairCounts } from './locate.ts'
import { createRepairer } from './repair.ts'

/** Checks in a row whose counts differ before the place is looked for. */
const DIFFERED = 3
const KEPT = { left: 500, failed: 500, unstorable: 1_000 }

const GAP_MS = 10 * 60_000
/**
 * How long no check has finished when there is a gap, ms: the server was off, or a backup was restored. Deliveries of that
 * time may be lost for good, and what they said may show neither in the changes nor in the counts.
 * @param everySeconds `SYNC_CHECK_SECONDS`; with 0 there is no telling
 */
export const gapAfterMs = (everySeconds: number) => everySeconds === 0 ? Infinity : Math.max(GAP_MS, everySeconds * 3_000)

export interface CheckOptions {
  /** Skips when a check began less than this ago; 0 to check now. */
  everySeconds: number
  maxDelete?: number
  /** `gapAfterMs`; no gap is found when not said. */
  gapMs?: number
}

export interface Checked {
  repairs: Repair[]
  /** Changes that were left to their webhook. */
  left: number
  /** Why a full scan is needed; null when it is not. */
  needs: ScanNeed | null
}

/** What is known before the first check. */
export const nothingKnown: CheckFacts = { counts: null, differed: 0, differsSince: null, left: [], failed: [], unstorable: [], needs: null, resumedAt: null, failure: null }

/**
 * Reads Clerk's users from the newest change down to where the last check began, holds each against our row, and
 * repairs what differs by the version rule. One check at a time among all instances; it goes on during scans.
 * @param clerk paced: `paceReader`
 * @returns null when another check runs, or it is too soon
 * @throws ForeignInstanceError · ClerkError, which is kept as the reason why the copy is not compared · what Postgres throws
 */
export async function check(db: Database, clerk: ClerkReader, guard: Guard, { everySeconds, maxDelete, gapMs = Infinity }: CheckOptions): Promise<Checked | null> {
  const release = await acquireLock(db, CHECK_LOCK)
  if (!release) return null
  try {
    await requireOwnInstance(guard)
    const state = await beginCheck(db, everySeconds)
    return state && await run(db, clerk, state, { maxDelete, gapMs })
  }
  finally {
    await release().catch(() => {})
  }
}

async function run(db: Database, clerk: ClerkReader, state: CheckState, { maxDelete, gapMs }: { maxDelete: number | undefined, gapMs: number }): Promise<Checked> {
  const before = state.check ?? nothingKnown
  const repairer = createRepairer(db, clerk, { source: 'check', maxDelete })
  const { report } = repairer
  try {
    const read = await readChanges(db, clerk, repairer, { seenUntil: state.seenUntil, leftBefore: before.left })
    const counts = { clerk: await clerk.count(), ours: await countLiveUsers(db), unstorable: 0 }
    let unstorable = unstorableAfter(before.unstorable, [...read.unusable, ...report.unusable], read.compared)
    counts.unstorable = unstorable.length
    const differs = counts.clerk !== counts.ours + counts.unstorable
    const differed = differs ? before.differed + 1 : 0
    if (differed >= DIFFERED) {
      await repairCounts(db, clerk, repairer)
      unstorable = await withoutGone(clerk, unstorable)
      counts.unstorable = unstorable.length
      counts.clerk = await clerk.count()
      counts.ours = await countLiveUsers(db)
    }
    const stillDiffers = counts.clerk !== counts.ours + counts.unstorable
    const resumedAt = hadGap(state, gapMs) ? state.beganAt : before.resumedAt ?? null
    const needs = state.comparedAt === null ? 'never-compared' : read.needs ?? (resumedAt !== null && state.comparedAt < resumedAt ? 'gap' : null)
    const check: CheckFacts = {
      counts,
      differed: stillDiffers ? differed : 0,
      differsSince: stillDiffers ? before.differsSince ?? read.until : null,
      left: [...read.left].slice(0, KEPT.left),
      failed: [...new Set(report.failed)].slice(0, KEPT.failed),
      unstorable: unstorable.slice(0, KEPT.unstorable),
      needs,
      resumedAt,
      failure: null,
    }
    await finishCheck(db, { seenUntil: state.seenUntil && !needs ? read.until : null, check })
    // Before the first full comparison it is an import, and no webhook was missed.
    if (report.repairs.length > 0 && state.comparedAt !== null) {
      await recordRun(db, { id: uuidv7(), kind: 'check', startedBy: 'check', startedAt: state.beganAt ?? read.until, counts: { seen: read.seen, total: counts.clerk, written: repairer.written() }, report })
    }
    return { repairs: report.repairs, left: read.left.size, needs }
  }
  catch (error) {
    if (error instanceof ClerkError) await failCheck(db, { ...before, failure: clerkFailureOf(error) })
    throw error
  }
}

const hadGap = ({ beganAt, checkedAt }: CheckState, gapMs: number) =>
  beganAt !== null && checkedAt !== null && Date.parse(beganAt) - Date.parse(checkedAt) > gapMs

/** Users that cannot be stored: the new ones, and those of before that this check did not compare. */
function unstorableAfter(before: string[], now: string[], compared: Set<string>): string[] {
  const unstorable = new Set(now)
  for (const id of before) if (!compared.has(id)) unstorable.add(id)
  return [...unstorable]
}

/** How many users that cannot be stored are asked for by id in one check. */
const ASKED = 50

/** The users who are not gone from Clerk: those for whom it does not say 404. */
async function withoutGone(clerk: ClerkReader, unstorable: string[]): Promise<string[]> {
  const gone = new Set<string>()
  for (const id of unstorable.slice(0, ASKED)) {
    const read = await clerk.user(id).catch(() => null)
    if (read && !read.user) gone.add(id)
  }
  return unstorable.filter(id => !gone.has(id))
}
