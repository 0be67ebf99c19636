import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { acquireScanLock, finishRun, startRun, updateRun } from '#db/queries/scan.ts'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import type { RunError, ScanCounts } from '#shared/types/sync.ts'
import { codeOf } from '../../failure.ts'
import type { ClerkReader } from '../clerk.ts'
import { clerkFailureOf, ClerkTimeoutError } from '../clerk.ts'
import { askInstance, ForeignInstanceError } from '../receive/guard.ts'
import { UndatedPageError } from './walk.ts'
import type { ScanOptions, ScanResult } from './scan.ts'
import { scan } from './scan.ts'

export interface StartedScan {
  runId: string
  /** Rejects with what stopped the scan; the row in `sync_runs` says it too. */
  done: Promise<ScanResult>
}

/**
 * Starts a scan, one at a time among all instances, and keeps its row in `sync_runs`.
 * @param options.startedBy a Clerk id, 'schedule' or 'command line'
 * @returns null while another scan runs
 * @throws ForeignInstanceError when the secret key is of another Clerk instance than the one that this database mirrors
 */
export async function startScan(db: Database, clerk: ClerkReader, options: ScanOptions & { startedBy: string }): Promise<StartedScan | null> {
  const { mirrored, foreign } = await askInstance(db, clerk)
  if (foreign) throw new ForeignInstanceError({ mirrored, foreign })
  const release = await acquireScanLock(db)
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
      await finishRun(db, runId, { ...result, error: null })
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
    await startRun(db, { id: runId, kind: options.kind, dryRun: options.dryRun ?? false, startedBy: options.startedBy })
  }
  catch (error) {
    await release()
    throw error
  }
  return { runId, done: run() }
}

/** Why a scan failed. A driver's message may quote a row, so only its code is kept. */
export function runErrorOf(error: unknown): RunError {
  if (isClerkAPIResponseError(error) || error instanceof ClerkTimeoutError) return { code: 'clerk', failure: clerkFailureOf(error) }
  if (error instanceof UndatedPageError) return { code: 'undated-page' }
  const sqlState = codeOf(error)
  return sqlState ? { code: 'database', sqlState } : { code: 'internal' }
}
