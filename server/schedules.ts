import { Cron } from 'croner'
import { rollUpHours } from '#db/queries/charts.ts'
import { useEnv } from './env.ts'
import { logFailure } from './log/log.ts'
import { useCheck, useDb, useGuard, useHider, useScan } from './parts.ts'
import { eraseExpired } from './sync/erase.ts'
import { reconcilePattern } from './sync/scan/schedule.ts'

/** Each hour, so that there is little at once; every instance may run it, the second finds nothing left. */
const ERASE_CRON = '17 * * * *'

/** Whoever was banned, deleted or let in again by another instance, a scan or a check is looked for this often, ms; it reads one row of an index. */
const HIDE_MS = 10_000

/** The hour that has ended is rolled up for the charts. The charts roll up what was missed. */
const ROLL_UP_CRON = '2 * * * *'
export const ROLL_UP_HOURS = 7 * 24

/** All instances have the same schedule, so one skips its reconcile when another started one less than this ago, ms. */
const SAME_MS = 10 * 60_000

/** After a check that left changes to their webhook, the next one comes this soon, ms. */
const SOON_MS = 10_000
/** The default schedule of reconciles needs the Clerk instance's id. While it is not known, it is asked for this often, ms. */
const ASK_INSTANCE_MS = 60_000

/** What the server does by itself; nothing with `LIVE=off`, where `/api/cron/check` does it. Nitro fixes its own schedules at build, and these are set where it runs. @returns how to stop */
export function startSchedules(): () => void {
  const { LIVE, RETENTION_DAYS, SYNC_CHECK_SECONDS } = useEnv()
  if (LIVE === 'off') return () => {}
  const jobs = [
    schedule('erase', ERASE_CRON, async () => {
      const { failed } = await eraseExpired(await useDb(), RETENTION_DAYS)
      for (const { step, error } of failed) logFailure(`erase ${step}`, error)
    }),
    schedule('roll up', ROLL_UP_CRON, async () => rollUpHours(await useDb(), ROLL_UP_HOURS)),
  ]
  const stopChecks = SYNC_CHECK_SECONDS > 0 ? startChecks(SYNC_CHECK_SECONDS) : () => {}
  const stopReconciles = startReconciles()
  useHider().nudge()
  const hiding = setInterval(() => useHider().nudge(), HIDE_MS)
  return () => {
    jobs.forEach(job => job.stop())
    clearInterval(hiding)
    useHider().stop()
    stopChecks()
    stopReconciles()
  }
}

/** Every instance tries; the lock and `sync_state` let one of them check in each interval. */
function startChecks(everySeconds: number): () => void {
  let timer: NodeJS.Timeout
  let stopped = false
  async function run() {
    let left = 0
    try {
      // A timer may fire some ms early.
      left = (await useCheck()({ everySeconds: everySeconds - 0.5 }))?.left ?? 0
    }
    catch (error) {
      logFailure('check', error)
    }
    if (!stopped) timer = setTimeout(() => void run(), Math.min(everySeconds * 1000, left > 0 ? SOON_MS : Number.POSITIVE_INFINITY))
  }
  timer = setTimeout(() => void run(), 0)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

function startReconciles(): () => void {
  let job: Cron | undefined
  let timer: NodeJS.Timeout | undefined
  async function plan() {
    const pattern = reconcilePattern(useEnv().RECONCILE_CRON, useEnv().RECONCILE_CRON ? null : (await useGuard()().catch(() => null))?.mirrored ?? null)
    if (pattern) {
      job = schedule('reconcile', pattern, async () => {
        const unlessWithinMs = Math.min(SAME_MS, (job?.msToNext() ?? SAME_MS) / 2)
        await (await useScan()({ kind: 'reconcile', startedBy: 'schedule', unlessWithinMs }))?.done
      })
    }
    else if (useEnv().RECONCILE_CRON !== 'off') timer = setTimeout(() => void plan(), ASK_INSTANCE_MS)
  }
  timer = setTimeout(() => void plan(), 0)
  return () => {
    job?.stop()
    clearTimeout(timer)
  }
}

const schedule = (name: string, pattern: string, run: () => Promise<unknown>) =>
  new Cron(pattern, { timezone: 'UTC', protect: true, catch: error => logFailure(name, error) }, () => run().then(() => {}))
