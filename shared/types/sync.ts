/** How a row of `users` was last written: a signed event · the check of recent changes · a scan of all users · a read of one user. */
export const syncSources = ['webhook', 'check', 'scan', 'request'] as const
export type SyncSource = (typeof syncSources)[number]

/** What became of an event. A redelivery that changes nothing does not relabel an `applied` one. */
export const outcomes = ['applied', 'stale', 'ignored', 'rejected', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** Why an event has its outcome, by outcome. An applied one needs no reason. */
export const eventReasons = {
  applied: [],
  stale: ['older', 'deleted'],
  ignored: ['sample', 'unused-type', 'no-user'],
  rejected: ['not-json', 'not-an-event', 'unusable-user', 'future', 'other-instance', 'wrong-key'],
  failed: ['database-unreachable', 'database-read-only', 'database-full', 'database-refused', 'internal'],
} as const satisfies Record<Outcome, readonly string[]>
export type ReasonFor<T extends Outcome> = (typeof eventReasons)[T][number]
export type EventReason = ReasonFor<Outcome>

/** What a reason is about. Never a value that was sent: it may be personal. */
export interface ReasonDetails {
  /** Where in the body, such as `data.first_name`. */
  path?: string
  /** What was expected there. */
  expected?: string
  /** The Clerk instance that an event or a key belongs to. */
  instance?: string
  /** The Clerk instance that the database mirrors. */
  mirrored?: string
  /** Postgres's SQLSTATE, or the code of a network error. */
  code?: string
}

/** Why a delivery was not verified: a header of Svix is missing · no secret fits · more than 5 minutes off. */
export const refusalReasons = ['headers', 'signature', 'time'] as const
export type RefusalReason = (typeof refusalReasons)[number]

/**
 * What became of a call of `/api/cron/check`. `scan-needed`: checked, and a full comparison is wanted. `running`: another
 * check runs. `out-of-time`: what was found until then is written, and the next call goes on.
 */
export const cronResults = ['checked', 'scan-needed', 'running', 'out-of-time'] as const
export type CronResult = (typeof cronResults)[number]

/** Why Clerk's Backend API gave no usable answer. */
export const clerkFailures = ['unauthorized', 'rate-limited', 'status', 'silent'] as const
export interface ClerkFailure {
  code: (typeof clerkFailures)[number]
  /** The HTTP status; null when there was no answer. */
  status: number | null
}

/**
 * How a row differs from Clerk. `missing`: Clerk has them, we do not. `stale`: our row says something else.
 * `gone`: we have them, Clerk says 404. `revived`: a scan took them for gone, and Clerk has them after all.
 */
export const driftKinds = ['missing', 'stale', 'gone', 'revived'] as const
export type DriftKind = (typeof driftKinds)[number]

/** `check`: only the changes since the last one; a check is on record when it repaired something. */
export const scanKinds = ['backfill', 'reconcile', 'check'] as const
export type ScanKind = (typeof scanKinds)[number]

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

/** A row that differed from Clerk and was put right. */
export interface Repair {
  id: string
  kind: DriftKind
  /** Clerk's time of the change, or of its 404, ISO 8601. */
  at: string
}

export interface ScanReport {
  /** Ids by kind; the first 1,000 of each. */
  drift: Record<DriftKind, string[]>
  /** How many of each kind there were. */
  driftCounts: Record<DriftKind, number>
  /** What was repaired, the first 1,000; empty in a dry run. */
  repairs: Repair[]
  /** Users that our table cannot hold. */
  unusable: string[]
  /** Users that could not be written this time, such as of a locked row. */
  failed: string[]
  /** Rows that looked gone, while Clerk did not answer 404 for them: left as they are. */
  unconfirmed: string[]
  /** Set when more users looked gone than may be deleted without `force`, and so none was. */
  refused: { found: number, limit: number } | null
}

/** Why a full comparison is needed before the checks can say that the copy is equal. */
export const scanNeeds = ['never-compared', 'behind', 'import', 'gap'] as const
export type ScanNeed = (typeof scanNeeds)[number]

/** What the last check found. One check of all instances writes it, in `sync_state`. */
export interface CheckFacts {
  /** Users by count: Clerk's, our rows that are not tombstones, and those of Clerk's that our table cannot hold; null before the first count. */
  counts: { clerk: number, ours: number, unstorable: number } | null
  /** Checks in a row whose counts differed, and since when, ISO 8601. */
  differed: number
  differsSince: string | null
  /** Changes so young that the check left them to their webhook, the first 500. */
  left: string[]
  /** Users whose change could not be written, the first 500. */
  failed: string[]
  /** Users that our table cannot hold, the first 1,000. */
  unstorable: string[]
  needs: ScanNeed | null
  /** When checks began again after a gap (`gapAfterMs`), by our clock, ISO 8601; null while there was none. */
  resumedAt: string | null
  /** Why the last check did not finish; null when it did. */
  failure: ClerkFailure | null
}

/** Why a scan ended before it was done. */
export const runErrors = ['cut-off', 'clerk', 'database', 'internal'] as const
export type RunError
  = | { code: 'clerk', failure: ClerkFailure }
    | { code: 'database', sqlState: string }
    | { code: Exclude<(typeof runErrors)[number], 'clerk' | 'database'> }

/** From good to bad. A note asks for nothing, or for nothing yet. */
export const levels = ['ok', 'note', 'warn', 'bad'] as const
export type Level = (typeof levels)[number]

/**
 * `equal`: compared, and the same. `catching-up`: a change is younger than the grace. `differs`: a difference stays.
 * `not-compared-yet`: no full comparison has finished. `not-compared`: nobody compares, or there is a gap. `blocked`: a wrong key.
 */
export const copyStates = ['equal', 'catching-up', 'differs', 'not-compared-yet', 'not-compared', 'blocked'] as const
export type CopyState = (typeof copyStates)[number]

/** `quiet`: no event has come yet. `missed`: the check repaired what should have come by webhook. `none`: no signing secret is set. */
export const endpointStates = ['ok', 'quiet', 'missed', 'failing', 'refused', 'none'] as const
export type EndpointState = (typeof endpointStates)[number]

/** Of the read replica. `behind`: it lacks what was committed 3 s ago. `away`: it does not answer. `other`: it is no standby of this database. */
export const replicaStates = ['used', 'behind', 'away', 'other'] as const
export type ReplicaState = (typeof replicaStates)[number]

export const problemCodes = [
  'instance', 'keys', 'secret-key', 'check-off', 'not-compared', 'check-late', 'behind', 'never-compared', 'count', 'unwritten',
  'unstorable', 'run-failed', 'run-refused', 'drift', 'cut-off', 'pending', 'erase-late',
  'refused', 'refused-some', 'forged', 'unsigned', 'missed', 'never-heard', 'failed', 'rejected',
  'forwarded',
  'silent', 'deaf', 'replica', 'writes-fail',
] as const
export type ProblemCode = (typeof problemCodes)[number]
