import { Cron } from 'croner'
import { defineNitroPlugin } from 'nitropack/runtime'
import { rollUpHours } from '#db/queries/charts.ts'
import { eraseExpired } from '#db/queries/erase.ts'
import { startScan } from '../sync/run.ts'

/** Early in the morning, UTC; every instance may run it, the second finds nothing left. */
const ERASE_CRON = '17 3 * * *'

/** Once an hour is over, what the charts show of it is rolled up; the charts themselves do it for those that were missed. */
const ROLL_UP_CRON = '2 * * * *'
const ROLL_UP_HOURS = 7 * 24

/** What the server does by itself. Nitro fixes its own schedules at build, and these are set where it runs. */
export default defineNitroPlugin((nitro) => {
  const { env } = checkEnv()
  if (!env) return
  const report = (name: string) => (error: unknown) => console.error(`${name} ${describeFailure(error)}`)
  const jobs = [
    new Cron(ERASE_CRON, { timezone: 'UTC', protect: true, catch: report('erase') }, async () => {
      await eraseExpired(await useDb(), env.RETENTION_DAYS)
    }),
    new Cron(ROLL_UP_CRON, { timezone: 'UTC', protect: true, catch: report('roll up') }, async () => {
      await rollUpHours(await useDb(), ROLL_UP_HOURS)
    }),
  ]
  if (env.RECONCILE_CRON) {
    jobs.push(new Cron(env.RECONCILE_CRON, { timezone: 'UTC', protect: true, catch: report('reconcile') }, async () => {
      const started = await startScan(await useDb(), useMirror().pacedClerk, { kind: 'reconcile', maxDelete: env.RECONCILE_MAX_DELETE, startedBy: 'schedule' })
      await started?.done
    }))
  }
  nitro.hooks.hook('close', () => jobs.forEach(job => job.stop()))
})
