import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { acquireLock, finishRun, hasRunSince, SCAN_LOCK, startRun, updateRun } from '#db/queries/scan.ts'
import { finishComparison } from '#db/queries/state.ts'
import type { RunError, ScanCounts } from '#shared/types/sync.ts'
import { codeOf } from '../../failure.ts'
import type { ClerkReader } from '../clerk.ts'
import { ClerkError, clerkFailureOf } from '../clerk.ts'
import type { Guard } from '../receive/guard.ts'
import { requireOwnInstance } from '../receive/guard.ts'
import { isEqual } from './repair.ts'
import type { ScanOptions, ScanResult } from './scan.ts'
import { scan } from './scan.ts'

export interface StartedScan {
  runId: string
  /** Rejects with what stopped the scan; the row in `sync_runs` says it too. */
  done: Promise<ScanResult>
}

/**
 * Starts a scan, one at a time among all instances, and keeps its row in `sync_runs`.
 * @param options.startedBy a Clerk id, 'schedule', 'check' or 'command line'
 * @returns null while another scan runs, or when one was started less than `unlessWithinMs` ago
 * @throws ForeignInstanceError when the secret key is of another Clerk instance than the one that this database mirrors
 */
export async function startScan(db: Database, clerk: ClerkReader, guard: Guard, options: ScanOptions & { startedBy: string }): Promise<StartedScan | null> {
  await requireOwnInstance(guard)
  const release = await acquireLock(db, SCAN_LOCK)
  if (!release) return null

  const runId = uuidv7()
  let counts: ScanCounts = { seen: 0, total: 0, written: 0 }
  async function run(): Promise<ScanResult> {
    try {
      const result = await scan(db, clerk, {
        ...options,
        onProgress: async (now) => {
          counts = { seen: now.seen, total: now.total, written: now.written }
          await updateRun(db, runId, now)
          await options.onProgress?.(now)
        },
      })
      await finishRun(db, runId, { counts: result.counts, report: result.report, error: null })
      if (isComparison(options, result)) await finishComparison(db, { comparedAt: result.beganAt, seenUntil: result.clerkBeganAt, unstorable: result.report.unusable })
      return result
    }
    catch (error) {
      await finishRun(db, runId, { counts, report: null, error: runErrorOf(error) }).catch(() => {})
      throw error
    }
    finally {
      await release?.().catch(() => {})
    }
  }
  try {
    if (options.unlessWithinMs && await hasRunSince(db, options, options.unlessWithinMs)) {
      await release()
      return null
    }
    await startRun(db, { id: runId, kind: options.kind, dryRun: options.dryRun ?? false, startedBy: options.startedBy })
  }
  catch (error) {
    await release()
    throw error
  }
  return { runId, done: run() }
}

/** Whether the copy equals Clerk's after this scan: it looked for the gone too, and left nothing unrepaired. */
function isComparison({ kind, dryRun }: ScanOptions, result: ScanResult): result is ScanResult & { clerkBeganAt: string } {
  const { report, clerkBeganAt } = result
  return kind === 'reconcile' && clerkBeganAt !== null && !report.refused && report.failed.length === 0 && report.unconfirmed.length === 0 && (!dryRun || isEqual(report))
}

/** Why a scan failed. A driver's message may quote a row, so only its code is kept. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof ClerkError) return { code: 'clerk', failure: clerkFailureOf(error) }
  const sqlState = codeOf(error)
  return sqlState ? { code: 'database', sqlState } : { code: 'internal' }
}
