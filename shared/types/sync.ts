/**
 * `missing`: Clerk has them, we do not. `stale`: our row says something else. `gone`: we have them, Clerk says 404.
 * `revived`: a scan took them for gone, and Clerk has them after all.
 */
export const driftKinds = ['missing', 'stale', 'gone', 'revived'] as const
export type DriftKind = (typeof driftKinds)[number]

export type ScanKind = 'backfill' | 'reconcile'

export interface ScanCounts {
  /** Users that Clerk listed. */
  seen: number
  /** Users that Clerk says it has, when the scan began. */
  total: number
  /** Rows of ours that were written. */
  written: number
}

export interface ScanReport {
  /** Ids by kind; the first 1,000 of each. */
  drift: Record<DriftKind, string[]>
  /** How many of each kind there were. */
  driftCounts: Record<DriftKind, number>
  /** Users that our table cannot hold. */
  unusable: string[]
  /** Rows that looked gone, while Clerk did not answer 404 for them: left as they are. */
  unconfirmed: string[]
  /** Why nothing was taken for gone; null when nothing was refused. */
  refused: string | null
}

/** A row of `sync_runs`. Times are ISO 8601. */
export interface SyncRun {
  id: string
  kind: ScanKind
  dryRun: boolean
  startedBy: string
  startedAt: string
  finishedAt: string | null
  counts: ScanCounts | null
  report: ScanReport | null
  error: string | null
}
