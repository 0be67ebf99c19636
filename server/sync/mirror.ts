import type { Database } from '#db/client.ts'
import { claimScan, releaseScan } from '#db/queries/state.ts'
import type { FailingWrites } from '#shared/types/admin.ts'
import { createClerkReader, untilSignal } from './clerk.ts'
import { createMetrics } from './health/metrics.ts'
import { createRefusalCounter } from './health/refusals.ts'
import { createWriteWatch } from './health/writes.ts'
import { createHider } from './hiding.ts'
import { markStages } from './news.ts'
import { paceReader, requestsPerSecond } from './pace.ts'
import { applyNews } from './receive/apply.ts'
import { createGuard } from './receive/guard.ts'
import { createNewsQueue } from './receive/queue.ts'
import { createReceiver } from './receive/receive.ts'
import { createVerifier } from './receive/verify.ts'
import type { Checked } from './scan/check.ts'
import { check, gapAfterMs } from './scan/check.ts'
import { createProvisioner, readUser } from './scan/provision.ts'
import type { StartedScan } from './scan/run.ts'
import { startScan } from './scan/run.ts'
import type { ScanOptions } from './scan/scan.ts'

export interface MirrorOptions {
  /** The database, migrated. @throws DatabaseNotReadyError while it is not */
  db: () => Promise<Database>
  /** The same pool, whether or not the database is there yet. */
  pool: Database
  /** Connections for deliveries alone, so that readers cannot starve them: 4 or more. */
  deliveries: Database
  /** Clerk's secret key, `sk_…`. */
  secretKey: string
  /** For a Clerk elsewhere, as in the demo. */
  apiUrl?: string
  /** `whsec_…`; several while one is rotated. With none, every delivery is refused. */
  signingSecrets?: string[]
  /** Seconds between two checks; 0 for none. */
  checkSeconds: number
  /** The most users that a scan or check may delete at once; the larger of 10 and 5 % when not said. */
  maxDelete?: number
  /** Whether a check that finds a full comparison wanted starts one; true when not said. Not where processes do not stay. */
  scans?: boolean
  /** Told what failed beside a request. Log it by its kind (`describeFailure`): a driver's message may quote a row. */
  onFailure: (what: string, error: unknown) => void
  /** Told when nothing of what Clerk tells can be committed any more, and `null` when it can again. */
  onWrites?: (failing: FailingWrites | null) => void
  /** Told when the secret key is of another Clerk instance than the database mirrors: nothing is written then. */
  onForeign?: (foreign: string, mirrored: string) => void
}

export type Mirror = ReturnType<typeof createMirror>

/** The copy of Clerk's users, as one process keeps it. Nothing runs by itself: `startSchedules`. */
export function createMirror({ db, pool, deliveries, secretKey, apiUrl, signingSecrets = [], checkSeconds, maxDelete, scans = true, onFailure, onWrites = () => {}, onForeign }: MirrorOptions) {
  const clerk = createClerkReader({ secretKey, apiUrl })
  const rate = requestsPerSecond(secretKey)
  const pacedClerk = paceReader(clerk, rate)
  /** For one job, until the signal comes: a call under way is not waited for, and not tried again. */
  const readUntil = (signal: AbortSignal) => untilSignal(paceReader(untilSignal(clerk, signal), rate), signal)
  const guard = createGuard(deliveries, clerk, { onForeign })
  const metrics = createMetrics(error => onFailure('metrics', error))
  const hider = createHider(db, error => onFailure('hide posts', error))
  const writes = createWriteWatch(onWrites)
  const apply = createNewsQueue(async (news) => {
    markStages(news, 'writtenAt')
    const results = await writes(() => applyNews(deliveries, news))
    markStages(news, 'committedAt')
    if (results.some(result => !(result instanceof Error) && result.unsettled)) hider.nudge()
    return results
  })
  const readParts = { db: pool, clerk, guard, apply }

  async function scan(options: Omit<ScanOptions, 'maxDelete'> & { startedBy: string }): Promise<StartedScan | null> {
    const started = await startScan(await db(), pacedClerk, guard, { ...options, maxDelete })
    started?.done.then(({ report }) => metrics.countRepairs('scan', report.repairs), () => {})
    return started
  }

  async function checkOnce({ everySeconds, withinMs }: { everySeconds: number, withinMs?: number }): Promise<Checked | null> {
    const reader = withinMs === undefined ? pacedClerk : readUntil(AbortSignal.timeout(withinMs))
    const checked = await check(await db(), reader, guard, { everySeconds, maxDelete, gapMs: gapAfterMs(checkSeconds) })
    metrics.countRepairs('check', checked?.repairs ?? [])
    if (checked?.repairs.length) hider.nudge()
    if (checked?.needs && scans && await claimScan(pool)) {
      const started = await scan({ kind: 'reconcile', startedBy: 'check' })
      started?.done.catch((error) => {
        onFailure('reconcile', error)
        return releaseScan(pool)
      }).catch(() => {})
    }
    return checked
  }

  return {
    /** Clerk's Backend API. */
    clerk,
    guard,
    metrics,
    /** Whether what Clerk tells can be committed. */
    writes,
    checkSeconds,
    /** Hides the posts of the banned and the deleted from the indexes of lists, and shows them again. */
    hider,
    /** One delivery: its raw body and Svix's headers; resolves after commit. */
    receive: createReceiver({ db, pool: deliveries, verify: createVerifier(signingSecrets), guard, apply, refusals: createRefusalCounter(deliveries), metrics }),
    /** Reads one user from Clerk who writes before their webhook has come. */
    provision: createProvisioner(readParts),
    /** Reads one user from Clerk and applies the answer. */
    readUser: (id: string, by: 'id' | 'asked') => readUser(readParts, id, by),
    /** Starts a scan, one at a time among all instances; null while another one runs. */
    scan,
    /** Runs one check, one at a time among all instances; null while another one runs, or when it is too soon. @throws OutOfTimeError after `withinMs` */
    check: checkOnce,
  }
}
