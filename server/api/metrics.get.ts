import { createHash, timingSafeEqual } from 'node:crypto'
import { getHeader, setResponseHeader } from 'h3'
import { useEnv } from '#server/env.ts'
import { useDbPool, useHealth, useMetrics, useSharedAnswers, useStreams } from '#server/parts.ts'

/** Prometheus text, for requests that bring METRICS_TOKEN. */
export default defineApiHandler(async (event) => {
  const { METRICS_TOKEN: token } = useEnv()
  if (!token) throw apiError(404, 'There are no metrics here: METRICS_TOKEN is not set.')
  if (!isEqual(getHeader(event, 'authorization') ?? '', `Bearer ${token}`)) {
    setResponseHeader(event, 'www-authenticate', 'Bearer realm="metrics"')
    throw apiError(401, 'Bring METRICS_TOKEN: authorization: Bearer …')
  }
  const { text, contentType } = await useMetrics().read({ db: useDbPool(), health: useHealth(), streams: useStreams().count(), shared: useSharedAnswers().counts() })
  setResponseHeader(event, 'content-type', contentType)
  return text
})

/** Takes the same time wherever the two differ, so that the time does not give the token away. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
