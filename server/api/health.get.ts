import { setResponseStatus } from 'h3'
import { useDb, useHealth } from '#server/parts.ts'
import { useEnv } from '#server/env.ts'
import { degradedBy } from '#server/sync/health/verdict.ts'
import { within } from '#server/within.ts'

/** Whoever asks waits a few seconds. */
const ANSWER_MS = 3_000

/**
 * 503 without the database: a load balancer should send no one here. `degraded` is 200, because another instance cannot
 * mend it. The database is asked on a connection of its own; while readers wait, the verdict may not come in time.
 */
export default defineApiHandler(async (event) => {
  const glance = within(ANSWER_MS, useHealth().glance(), 'The verdict does not come in time.').catch(() => null)
  try {
    await within(ANSWER_MS, useDb().then(() => useHealth().probe()), 'The database does not answer.')
  }
  catch {
    setResponseStatus(event, 503)
    return { status: 'unavailable', message: 'The database does not answer. Check DATABASE_URL and that Postgres runs.' }
  }
  const health = await glance
  if (!health) return { status: 'degraded', message: 'The database answers, but too slowly to say whether the copy is right.' }
  const sentence = degradedBy(health.verdict, useEnv().SYNC_CHECK_SECONDS)
  return sentence === null ? { status: 'ok' } : { status: 'degraded', message: `${sentence} The admin page says what to do.` }
})
