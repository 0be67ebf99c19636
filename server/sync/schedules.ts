import { Cron } from 'croner'
import type { Database } from '#db/client.ts'
import { rollUpHours } from '#db/queries/charts.ts'
import { eraseExpired } from './erase.ts'
import type { Mirror } from './mirror.ts'
import { reconcilePattern } from './scan/schedule.ts'

/** Each hour, so that there is little at once; every instance may run it, the second finds nothing left. */
const ERASE_CRON = '17 * * * *'

/** Whoever was banned, deleted or let in again by another instance, a scan or a check is looked for this often, ms; it reads one row of an index. */
const HIDE_MS = 10_000

/** The hour that has ended is rolled up for the charts. The charts roll up what was missed. */
const ROLL_UP_CRON = '2 * * * *'
const ROLL_UP_HOURS = 7 * 24

/** All instances have the same schedule, so one skips its reconcile when another started one less than this ago, ms. */
const SAME_MS = 10 * 60_000

/** After a check that left changes to their webhook, the next one comes this soon, ms. */
const SOON_MS = 10_000
/** The default schedule of reconciles needs the Clerk instance's id. While it is not known, it is asked for this often, ms. */
const ASK_INSTANCE_MS = 60_000

export interface ScheduleOptions {
  /** The database, migrated. */
  db: () => Promise<Database>
  mirror: Mirror
  /** When all users are compared, in UTC, as cron writes it, or `off`; daily when not said, at a time that follows from the Clerk instance. */
  reconcileCron?: string
  /** Days until what was deleted is erased, and events are forgotten. */
  retentionDays: number
  /** Told what failed, as in `createMirror`. */
  onFailure: (what: string, error: unknown) => void
}

/** What a process does by itself: check, reconcile, erase, hide, roll up. Any number of instances may do it. @returns how to stop */
export function startSchedules(options: ScheduleOptions): () => void {
  const { mirror, onFailure } = options
  const jobs = [
    schedule('erase', ERASE_CRON, onFailure, () => eraseOld(options)),
    schedule('roll up', ROLL_UP_CRON, onFailure, () => rollUp(options)),
  ]
  const stopChecks = mirror.checkSeconds > 0 ? startChecks(options) : () => {}
  const stopReconciles = startReconciles(options)
  mirror.hider.nudge()
  const hiding = setInterval(() => mirror.hider.nudge(), HIDE_MS)
  return () => {
    jobs.forEach(job => job.stop())
    clearInterval(hiding)
    mirror.hider.stop()
    stopChecks()
    stopReconciles()
  }
}

/** The erasure of each hour. */
export async function eraseOld({ db, retentionDays, onFailure }: Pick<ScheduleOptions, 'db' | 'retentionDays' | 'onFailure'>): Promise<void> {
  const { failed } = await eraseExpired(await db(), retentionDays)
  for (const { step, error } of failed) onFailure(`erase ${step}`, error)
}

/** Rolls up the hours that have ended. */
export const rollUp = async ({ db }: Pick<ScheduleOptions, 'db'>): Promise<void> => rollUpHours(await db(), ROLL_UP_HOURS)

/** Every instance tries; the lock and `sync_state` let one of them check in each interval. */
function startChecks({ mirror, onFailure }: ScheduleOptions): () => void {
  let timer: NodeJS.Timeout
  let stopped = false
  async function run() {
    let left = 0
    try {
      // A timer may fire some ms early.
      left = (await mirror.check({ everySeconds: mirror.checkSeconds - 0.5 }))?.left ?? 0
    }
    catch (error) {
      onFailure('check', error)
    }
    if (!stopped) timer = setTimeout(() => void run(), Math.min(mirror.checkSeconds * 1000, left > 0 ? SOON_MS : Number.POSITIVE_INFINITY))
  }
  timer = setTimeout(() => void run(), 0)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

function startReconciles({ mirror, reconcileCron, onFailure }: ScheduleOptions): () => void {
  let job: Cron | undefined
  let timer: NodeJS.Timeout | undefined
  async function plan() {
    const pattern = reconcilePattern(reconcileCron, reconcileCron ? null : (await mirror.guard().catch(() => null))?.mirrored ?? null)
    if (pattern) {
      job = schedule('reconcile', pattern, onFailure, async () => {
        const unlessWithinMs = Math.min(SAME_MS, (job?.msToNext() ?? SAME_MS) / 2)
        await (await mirror.scan({ kind: 'reconcile', startedBy: 'schedule', unlessWithinMs }))?.done
      })
    }
    else if (reconcileCron !== 'off') timer = setTimeout(() => void plan(), ASK_INSTANCE_MS)
  }
  timer = setTimeout(() => void plan(), 0)
  return () => {
    job?.stop()
    clearTimeout(timer)
  }
}

const schedule = (name: string, pattern: string, onFailure: ScheduleOptions['onFailure'], run: () => Promise<unknown>) =>
  new Cron(pattern, { timezone: 'UTC', protect: true, catch: error => onFailure(name, error) }, () => run().then(() => {}))
