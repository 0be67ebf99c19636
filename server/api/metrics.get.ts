import { setResponseHeader } from 'h3'
import { useEnv } from '#server/env.ts'
import { useDbPool, useHealth, useMirror, useSharedAnswers, useStreams } from '#server/parts.ts'

/** Prometheus text, for requests that bring METRICS_TOKEN. */
export default defineApiHandler(async (event) => {
  requireBearer(event, 'METRICS_TOKEN', useEnv().METRICS_TOKEN)
  const { text, contentType } = await useMirror().metrics.read({ db: useDbPool(), health: useHealth(), streams: useStreams().count(), shared: useSharedAnswers().counts() })
  setResponseHeader(event, 'content-type', contentType)
  return text
})
