import type { H3Event } from 'h3'
import { setResponseHeader } from 'h3'
import { rollUpHours } from '#db/queries/charts.ts'
import { findCheckState } from '#db/queries/state.ts'
import { useEnv } from '#server/env.ts'
import { logFailure } from '#server/log/log.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { ROLL_UP_HOURS } from '#server/sync/schedules.ts'
import { ClerkError, OutOfTimeError } from '#server/sync/clerk.ts'
import { eraseExpired } from '#server/sync/erase.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import { within } from '#server/within.ts'
import type { CronResult } from '#shared/types/sync.ts'

/** Clerk is not asked any more after this time, ms. What is left is for the writes that are under way, and the erasure. */
const CHECK_MS = 20_000
/** The request is answered by then, ms: hosts cut a request off after 30 s or more. */
const ANSWER_MS = 25_000
const RETRY_AFTER_SECONDS = 60

/**
 * One check, and once in an hour the erasure and the roll-up of the charts.
 * What a check did before its time was up is written, and the next one goes on from there.
 * @throws 502 when Clerk fails, or the key is of another instance; 503 while the database is not there
 */
export async function answerCron(event: H3Event): Promise<{ result: CronResult }> {
  requireBearer(event, 'CRON_TOKEN', useEnv().CRON_TOKEN)
  const job = runCron()
  const result = await within(ANSWER_MS, job, 'The check goes on.').catch((error) => {
    // It is cut off by the host, or ends by itself.
    job.catch(() => {})
    if (error instanceof OutOfTimeError || (error instanceof Error && error.message === 'The check goes on.')) return 'out-of-time' as const
    setResponseHeader(event, 'retry-after', RETRY_AFTER_SECONDS)
    if (error instanceof ForeignInstanceError) throw apiError(502, 'The secret key is of another Clerk app than this database mirrors.', { result: 'wrong-key' })
    if (error instanceof ClerkError) throw apiError(502, 'Clerk gave no usable answer.', { result: 'clerk-failed' })
    throw error
  })
  return { result }
}

async function runCron(): Promise<CronResult> {
  const { beganAt } = await findCheckState(await useDb())
  const checked = await useMirror().check({ everySeconds: 0, withinMs: CHECK_MS })
  useMirror().hider.nudge()
  if (isNewHour(beganAt)) await keepHouse()
  if (!checked) return 'running'
  return checked.needs ? 'scan-needed' : 'checked'
}

const isNewHour = (before: string | null) => before === null || before.slice(0, 13) !== new Date().toISOString().slice(0, 13)

async function keepHouse(): Promise<void> {
  const db = await useDb()
  const { failed } = await eraseExpired(db, useEnv().RETENTION_DAYS)
  for (const { step, error } of failed) logFailure(`erase ${step}`, error)
  await rollUpHours(db, ROLL_UP_HOURS)
}
