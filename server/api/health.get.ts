import { setResponseStatus } from 'h3'
import { useEnv } from '#server/env.ts'
import { useHealth } from '#server/parts.ts'
import { isDegraded } from '#server/sync/health/verdict.ts'

/**
 * 503 without the database: a load balancer should send no one here. `degraded` is 200, because another instance cannot
 * mend it.
 */
export default defineApiHandler(async (event) => {
  try {
    const { verdict } = await useHealth().glance()
    if (!isDegraded(verdict, useEnv().SYNC_CHECK_SECONDS)) return { status: 'ok' }
    return { status: 'degraded', message: `${verdict.sentence} The admin page says what to do.` }
  }
  catch {
    setResponseStatus(event, 503)
    return { status: 'unavailable', message: 'The database does not answer. Check DATABASE_URL and that Postgres runs.' }
  }
})
