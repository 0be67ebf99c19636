import type { Database } from '#db/client.ts'
import { findUndated, findUnlisted } from '#db/queries/scan.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ScanCounts, ScanKind, ScanPhase, ScanProgress, ScanReport } from '#shared/types/sync.ts'
import type { ClerkReader } from '../clerk.ts'
import type { RepairOptions } from './repair.ts'
import { createRepairer } from './repair.ts'
import { walkUsers } from './walk.ts'

/** Pages are written by so many at the same time; the rest of the pool is the app's. */
const WRITERS = 2

export interface ScanOptions extends Omit<RepairOptions, 'source'> {
  kind: Exclude<ScanKind, 'check'>
  /** Does not start when a scan of the same kind and starter began less than this ago, ms. */
  unlessWithinMs?: number
  /** Told at the first page, and then at most once a second. */
  onProgress?: (progress: ScanProgress) => void | Promise<void>
}

export interface ScanResult {
  counts: ScanCounts
  report: ScanReport
  /** When the scan began, by Postgres's clock and by Clerk's, ISO 8601. */
  beganAt: string
  clerkBeganAt: string | null
}

/**
 * Reads all of Clerk's users and applies each page by the version rule, in one statement. `reconcile` looks for the
 * gone as well: an inference, so it comes only after all pages were read, only for rows synced before that began,
 * only when Clerk says 404 for that id, and never for more than `maxDelete`.
 * Stopping it is safe and starting again is idempotent, so it keeps no state of its own.
 * @param clerk paced: `paceReader`
 * @throws what Clerk or Postgres throws; no one was deleted then
 */
export async function scan(db: Database, clerk: ClerkReader, options: ScanOptions): Promise<ScanResult> {
  const beganAt = await databaseNow(db)
  const repairer = createRepairer(db, clerk, { ...options, source: 'scan' })
  const { report } = repairer
  const counts: ScanCounts = { seen: 0, total: await clerk.count(), written: 0 }
  const tell = createTeller(counts, repairer.written, options.onProgress)
  const suspects: string[] = []
  const listed = new Set<string>()
  let clerkBeganAt: string | null = null

  const pages = walkUsers(db, clerk, { total: counts.total })
  /** Writers share the pages: each takes the next one when it has written its last. */
  async function writePages() {
    for await (const page of pages) {
      clerkBeganAt ??= page.date
      counts.seen += page.size
      report.unusable.push(...page.unusable)
      await repairer.compare(page.users, page.beganAt)
      // A dry run writes no time of creation, so a row may still be undated though Clerk listed it.
      for (const user of page.users) if (options.dryRun) listed.add(user.id)
      if (options.kind === 'reconcile') suspects.push(...await findUnlisted(db, { ...page.window, beganAt, listed: page.listed }))
      await tell('listing', counts.seen, counts.total)
    }
  }
  const failed = (await Promise.allSettled(Array.from({ length: WRITERS }, writePages))).find(one => one.status === 'rejected')
  if (failed) throw failed.reason

  const undated = await findUndated(db, beganAt)
  for (const [index, id] of undated.entries()) {
    await tell('checking', index, undated.length)
    if (!listed.has(id) && !await repairer.fill(id) && options.kind === 'reconcile') suspects.push(id)
  }
  if (options.kind === 'reconcile') await repairer.deleteGone([...new Set(suspects)], beganAt, (done, of) => tell('gone', done, of))
  return { counts: { ...counts, written: repairer.written() }, report, beganAt, clerkBeganAt }
}

const TELL_MS = 1_000

function createTeller(counts: ScanCounts, written: () => number, onProgress: ScanOptions['onProgress']) {
  const began = performance.now()
  let told = -Infinity
  return async (phase: ScanPhase, done: number, of: number) => {
    const now = performance.now()
    if (now - told < TELL_MS) return
    told = now
    await onProgress?.({ ...counts, written: written(), phase, done, of, perSecond: Math.round(counts.seen / Math.max((now - began) / 1000, 0.001)) })
  }
}
