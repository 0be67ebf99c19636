import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { acquireScanLock, finishRun, startRun, updateRun } from '#db/queries/scan.ts'
import type { ScanCounts } from '#shared/types/sync.ts'
import type { ClerkReader } from './clerk.ts'
import { checkInstance } from './instance.ts'
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
 * @throws when the secret key belongs to another instance than the one that this database mirrors
 */
export async function startScan(db: Database, clerk: ClerkReader, options: ScanOptions & { startedBy: string }): Promise<StartedScan | null> {
  const { problem } = await checkInstance(db, clerk)
  if (problem) throw new Error(problem)
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
      await finishRun(db, runId, { counts, report: null, error: wordsFor(error) }).catch(() => {})
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

/** A driver's message may quote a row, so only what Clerk's side says is kept in words. */
function wordsFor(error: unknown): string {
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null
  if (status === 401) return 'Clerk refused the secret key (401). Check NUXT_CLERK_SECRET_KEY.'
  if (status) return `Clerk answered ${status}. Nothing was taken for gone; try again later.`
  if (error instanceof Error && 'code' in error) return `The database failed (${String(error.code)}). Try again when it is back.`
  return error instanceof Error ? error.message.slice(0, 300) : 'The scan failed.'
}
