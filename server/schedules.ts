import { Cron } from 'croner'
import { rollUpHours } from '#db/queries/charts.ts'
import { eraseExpired } from '#db/queries/erase.ts'
import { useEnv } from './env.ts'
import { describeFailure } from './failure.ts'
import { useDb, usePacedClerk } from './parts.ts'
import { startScan } from './sync/scan/run.ts'

/** Early in the morning, UTC; every instance may run it, the second finds nothing left. */
const ERASE_CRON = '17 3 * * *'

/** Once an hour is over, what the charts show of it is rolled up; the charts themselves do it for those that were missed. */
const ROLL_UP_CRON = '2 * * * *'
const ROLL_UP_HOURS = 7 * 24

/** What the server does by itself. Nitro fixes its own schedules at build, and these are set where it runs. @returns how to stop */
export function startSchedules(): () => void {
  const { RETENTION_DAYS, RECONCILE_CRON, RECONCILE_MAX_DELETE: maxDelete } = useEnv()
  const jobs = [
    schedule('erase', ERASE_CRON, async () => eraseExpired(await useDb(), RETENTION_DAYS)),
    schedule('roll up', ROLL_UP_CRON, async () => rollUpHours(await useDb(), ROLL_UP_HOURS)),
  ]
  if (RECONCILE_CRON) {
    jobs.push(schedule('reconcile', RECONCILE_CRON, async () => {
      const started = await startScan(await useDb(), usePacedClerk(), { kind: 'reconcile', maxDelete, startedBy: 'schedule' })
      await started?.done
    }))
  }
  return () => jobs.forEach(job => job.stop())
}

const schedule = (name: string, pattern: string, run: () => Promise<unknown>) =>
  new Cron(pattern, { timezone: 'UTC', protect: true, catch: error => console.error(`${name} ${describeFailure(error)}`) }, () => run().then(() => {}))
