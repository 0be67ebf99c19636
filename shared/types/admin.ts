import type { CheckFacts, ClerkFailure, CopyState, DriftKind, EndpointState, EventReason, Level, Outcome, ProblemCode, ReasonDetails, RefusalReason, ReasonFor, ReplicaState, RunError, ScanCounts, ScanKind, ScanProgress, ScanReport, SyncSource } from './sync.ts'
import type { ChartRange } from '../schemas/admin.ts'
import type { Mirrored } from './mirrored.ts'
import type { PublicUser, UserStatus } from './user.ts'

/** A row of `users` as an admin sees it. Times are ISO 8601. */
export interface AdminUser extends Mirrored {
  id: string
  name: string
  status: UserStatus
  clerkUpdatedAt: string | null
  clerkEventAt: string | null
  deletedAt: string | null
  syncedAt: string
  syncedBy: SyncSource
}

export interface AdminUserPage {
  users: AdminUser[]
  nextCursor: string | null
  /** Whether the middle of ids was not searched to the end: it took too long, or another such search was running. */
  incomplete: boolean
  /** All rows, by status; not only those of the search. */
  counts: Record<UserStatus, number>
}

/** `GET /api/admin/users/:id`: all that is here of one user. Their history: `GET /api/admin/events?user=`. */
export interface AdminUserDetail {
  /** Null when only events speak of them. */
  user: AdminUser | null
  hasProfile: boolean
  posts: { shown: number, deleted: number }
  /** The newest events that speak of them. */
  events: AdminEvent[]
  /** For `GET /api/admin/events?user=…&cursor=…`. */
  nextCursor: string | null
  /** Where Clerk shows this user. */
  clerkUrl: string
}

export type DiffValue = string | boolean | null

/** A field in which Clerk and our row differ. Times are ISO 8601. */
export interface FieldDiff {
  /** As `AdminUser` names it. */
  field: keyof AdminUser
  clerk: DiffValue
  ours: DiffValue
}

/**
 * `GET /api/admin/users/:id/diff`: Clerk now beside our row. `missing`: Clerk says 404, and we have them.
 * `unknown`: Clerk has them, as they would be shown here and field by field, and we have no row. Both sides saying "deleted" are the same.
 */
export type UserDiff = { checkedAt: string } & (
  | { status: 'same' }
  | { status: 'differs', fields: FieldDiff[] }
  | { status: 'missing' }
  | { status: 'unknown', person: PublicUser, fields: FieldDiff[] }
  | { status: 'unreachable', failure: ClerkFailure }
)

/** A row of `webhook_events`. Times are ISO 8601. */
export interface AdminEvent {
  /** `svix-id` */
  id: string
  type: string | null
  userId: string | null
  /** Of the user it speaks of, as far as we have them. */
  userName: string | null
  /** By Clerk's clock. */
  occurredAt: string | null
  firstReceivedAt: string
  lastReceivedAt: string
  /** When it was first applied. */
  appliedAt: string | null
  deliveries: number
  outcome: Outcome
  reason: EventReason | null
  details: ReasonDetails | null
  durationMs: number | null
  /** From Clerk's clock to our commit; null when never applied. */
  lagMs: number | null
}

export interface AdminEventPage {
  events: AdminEvent[]
  nextCursor: string | null
  /** Whose events these are, where a name was asked for, and whether it has more users than are looked at; else null. `incomplete` as of users. */
  named: { ids: string[], more: boolean, incomplete: boolean } | null
}

/** Deliveries of one hour and reason that could not be verified. */
export interface RefusedHour {
  /** When it begins. */
  hour: string
  reason: RefusalReason
  count: number
  lastAt: string
}

/** A message of `GET /api/admin/live`. */
export type AdminLiveMessage
  /** Newly received, newest first: prepend, or replace what has the same id. */
  = | { type: 'events', events: AdminEvent[] }
    /** More came than is worth sending: ask for the first page again. */
    | { type: 'many' }

/** A row of `sync_runs` in a list: without the ids of its report. */
export interface RunSummary {
  id: string
  kind: ScanKind
  dryRun: boolean
  /** A Clerk id, `schedule`, `check` or `command line`. */
  startedBy: string
  /** The name of that person; null for the others and for who is unknown. */
  startedByName: string | null
  startedAt: string
  finishedAt: string | null
  counts: ScanCounts | null
  /** Null once it ended, and before its first page. */
  progress: ScanProgress | null
  found: Pick<ScanReport, 'driftCounts' | 'refused'> & { unusable: number, unconfirmed: number } | null
  error: RunError | null
}

export interface RunPage {
  runs: RunSummary[]
  nextCursor: string | null
}

/** `GET /api/admin/runs/:id` */
export interface RunDetail extends RunSummary {
  report: ScanReport | null
  /** By id: who started it, and the first 100 of each list of the report, as far as we have them. */
  people: Record<string, PublicUser>
}

/** `GET /api/admin/runs/:id/people`: by id, whom of the report Clerk has and we do not, the first 100. */
export interface RunPeople {
  people: Record<string, PublicUser>
  /** Why Clerk named none. */
  failure: ClerkFailure | null
}

/** What a person can press: a page to go to · a dry run to start · a check to run now · a text to copy. */
export type ProblemStep
  = | { kind: 'go', label: string, to: string }
    | { kind: 'dry-run', label: string }
    | { kind: 'check', label: string }
    | { kind: 'copy', text: string }

export interface Problem {
  code: ProblemCode
  level: Exclude<Level, 'ok'>
  sentence: string
  /** What to do, a sentence; null when waiting is enough. */
  action: string | null
  /** The first step of it, where one can be pressed. */
  step: ProblemStep | null
}

/** One half of the verdict. */
export interface VerdictPart<State> {
  state: State
  level: Level
  sentence: string
}

/** The answer to "is my copy right?". */
export interface Verdict {
  /** The worse of the two. Green (`ok`) is only what was compared and is equal, with webhooks that work. */
  level: Level
  sentence: string
  copy: VerdictPart<CopyState>
  endpoint: VerdictPart<EndpointState>
  /** The worst first. */
  problems: Problem[]
}

/** Deliveries of one reason that could not be verified. */
export interface Refusals {
  reason: RefusalReason
  /** Of the last 24 hours. */
  day: number
  /** Since the last delivery that was verified. */
  streak: number
  /** The first of that streak; null when there is none. */
  since: string | null
  lastAt: string
}

/** What the checks know. Times are ISO 8601. */
export interface MirrorCheck extends CheckFacts {
  /** Seconds between two checks; 0 when they are off. */
  every: number
  /** False where no full comparison starts by itself (`LIVE=off`). */
  scans?: boolean
  /** By Clerk's clock: every change until then is here. */
  seenUntil: string | null
  checkedAt: string | null
  /** When the whole copy was last compared. */
  comparedAt: string | null
}

/** How the instance that answers is connected to Postgres. */
export interface Wires {
  /** Connections of the last 10 minutes on which a statement was not answered, 1,000 at most, and when the last one was found, ISO 8601. */
  silent: { count: number, lastAt: string | null }
  /** Whether its live updates hear nothing of Postgres. */
  deaf: boolean
  /** Whether public reads go to the replica, and why not; null without `DATABASE_READ_URL`. */
  replica: ReplicaState | null
}

/** Since when nothing that Clerk tells could be committed, ISO 8601, and why the last try failed. */
export interface FailingWrites { reason: ReasonFor<'failed'>, code: string | null, since: string }

/** What the verdict is made of. Times are ISO 8601, counts of "the last day" cover 24 hours. */
export interface MirrorFacts {
  checkedAt: string
  /** The last event that was applied, or told nothing new; null when none ever came. */
  lastEventAt: string | null
  /** The last delivery with a right signature, whatever became of it. */
  lastVerifiedAt: string | null
  check: MirrorCheck
  /** Changes of the last day that the check repaired, and whose event has not come since; the newest 20 by name. */
  repairs: { count: number, lastAt: string | null, users: { id: string, name: string | null, kind: DriftKind }[] }
  users: Record<UserStatus, number>
  /** Rows that wait for their news, and since when the first one does. */
  pending: { count: number, since: string | null }
  /** Of the last day, and not applied since. */
  failed: { count: number, lastAt: string | null }
  rejected: { count: number, lastAt: string | null, last: Pick<AdminEvent, 'type' | 'reason' | 'details'> | null }
  /** When the oldest of what is kept for a while only was, or is, to be erased; null when nothing is kept. */
  eraseDueAt: string | null
  refusals: Refusals[]
  /** The scan that runs now. */
  running: RunSummary | null
  /** A scan whose process ended before it did. */
  cutOff: RunSummary | null
  /** The last reconcile that ended, dry or not. */
  lastReconcile: RunSummary | null
  /** The last one that was not dry and ended well. */
  lastRepairAt: string | null
  /** By RECONCILE_CRON; null when that is not set. */
  nextReconcileAt: string | null
  /** `foreign`: the secret key's instance, when it is not the mirrored one. */
  instance: { mirrored: string | null, foreign: string | null }
  /** The app's own address, as Clerk's endpoint has to name it. */
  origin: string
  keys: { signingSecrets: number, publishable: 'test' | 'live', secret: 'test' | 'live' }
  /** `forwardedAt`: when a request of the last day came with X-Forwarded-For while no proxy was trusted. */
  proxies: { trusted: number, forwardedAt: string | null }
  wires: Wires
  /** Of the instance that answers; null when its last write succeeded. */
  failingWrites: FailingWrites | null
}

/** `GET /api/admin/sync` */
export interface MirrorHealth {
  verdict: Verdict
  facts: MirrorFacts
}

/** One hour of the charts. */
export interface ChartHour {
  /** When it begins. */
  hour: string
  /** Deliveries by what became of them. */
  outcomes: Record<Outcome, number>
  /** Deliveries that could not be verified. */
  refused: number
  /** From Clerk's clock to our commit, ms; null when nothing was applied. */
  lag: { p50: number, p95: number } | null
}

/** `GET /api/admin/charts` */
export interface MirrorCharts {
  range: ChartRange
  /** Oldest first, without gaps; the last one is still running. */
  hours: ChartHour[]
}
