import { setResponseHeader, setResponseStatus } from 'h3'
import { ping } from '../../db/queries/state.ts'

/** Ready only with the database: 503 tells a load balancer to send no one here. */
export default defineApiHandler(async (event) => {
  setResponseHeader(event, 'cache-control', 'no-store')
  try {
    await ping(await useDb())
    return { status: 'ok' }
  }
  catch {
    setResponseStatus(event, 503)
    return { status: 'unavailable', message: 'The database does not answer. Check DATABASE_URL and that Postgres runs.' }
  }
})
