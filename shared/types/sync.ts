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

/** `listing`: pages of Clerk's users. `checking`: rows that no page can show. `gone`: those that Clerk did not list, asked one by one. */
export const scanPhases = ['listing', 'checking', 'gone'] as const
export type ScanPhase = (typeof scanPhases)[number]

/** Counts while a scan runs, readable from any instance. */
export interface ScanProgress extends ScanCounts {
  phase: ScanPhase
  /** How far the phase is: users listed, or rows asked for. */
  done: number
  of: number
  /** Users listed a second, since the scan began. */
  perSecond: number
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
