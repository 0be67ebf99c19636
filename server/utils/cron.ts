import { setTimeout as sleep } from 'node:timers/promises'
import type { H3Event } from 'h3'
import { findCheckState } from '#db/queries/state.ts'
import { useEnv } from '#server/env.ts'
import { logFailure } from '#server/log/log.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { OutOfTimeError } from '#server/sync/clerk.ts'
import { eraseOld, rollUp } from '#server/sync/schedules.ts'
import type { CronResult } from '#shared/types/sync.ts'

/** Clerk is not asked any more after this time, ms. What is left is for the writes that are under way, and the erasure. */
const CHECK_MS = 20_000
/** The request is answered by then, ms: hosts cut a request off after 30 s or more. */
const ANSWER_MS = 25_000

/**
 * One check, and once in an hour the erasure and the roll-up of the charts.
 * What a check did before its time was up is written, and the next one goes on from there.
 * @throws 502 when Clerk fails, or the key is of another instance; DatabaseNotReadyError
 */
export async function answerCron(event: H3Event): Promise<{ result: CronResult }> {
  requireBearer(event, 'CRON_TOKEN', useEnv().CRON_TOKEN)
  const job = runCron()
  const result = await Promise.race([job, sleep(ANSWER_MS, 'out-of-time' as const, { ref: false })])
  // It is cut off by the host, or ends by itself.
  job.catch(() => {})
  return { result }
}

async function runCron(): Promise<CronResult> {
  const { beganAt } = await findCheckState(await useDb())
  try {
    const checked = await checkNow(CHECK_MS)
    useMirror().hider.nudge()
    if (isNewHour(beganAt)) await keepHouse()
    if (!checked) return 'running'
    return checked.needs ? 'scan-needed' : 'checked'
  }
  catch (error) {
    if (error instanceof OutOfTimeError) return 'out-of-time'
    throw error
  }
}

const isNewHour = (before: string | null) => before === null || before.slice(0, 13) !== new Date().toISOString().slice(0, 13)

async function keepHouse(): Promise<void> {
  await eraseOld({ db: useDb, retentionDays: useEnv().RETENTION_DAYS, onFailure: logFailure })
  await rollUp({ db: useDb })
}
