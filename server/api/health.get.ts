import { setResponseHeader, setResponseStatus } from 'h3'
import { findLastEventAt } from '#db/queries/diagnosis.ts'
import { isCutOff } from '#server/sync/health/verdict.ts'
import { useDb, useHealth } from '#server/parts.ts'

/**
 * Ready only with the database: 503 tells a load balancer to send no one here. `degraded` is ready too: deliveries
 * have stopped, which another instance cannot mend. Never waits for Clerk: its count is asked for in the background.
 */
export default defineApiHandler(async (event) => {
  setResponseHeader(event, 'cache-control', 'no-store')
  try {
    const lastEventAt = await findLastEventAt(await useDb())
    if (!isCutOff(lastEventAt, useHealth().counts.peek(), new Date().toISOString())) return { status: 'ok' }
    return { status: 'degraded', message: 'Clerk\'s deliveries have stopped, and its count of users differs from the copy. The admin page says what to do.' }
  }
  catch {
    setResponseStatus(event, 503)
    return { status: 'unavailable', message: 'The database does not answer. Check DATABASE_URL and that Postgres runs.' }
  }
})
