import { getHeader, setResponseHeader } from 'h3'
import { recordFailedEvent } from '#db/queries/events.ts'
import type { EventNews } from '../sync/news.ts'
import { parseEvent } from '../sync/parse.ts'

const MAX_BODY_BYTES = 1024 * 1024
const RETRY_AFTER_SECONDS = 5

/** Clerk's signed events: verify, parse, apply, answer. A 2xx is given for what is committed, and for nothing else. */
export default defineApiHandler(async (event) => {
  const receivedAt = performance.now()
  const body = await readLimitedBody(event, MAX_BODY_BYTES)
  await requireSignature(event, useEnv().NUXT_CLERK_WEBHOOK_SIGNING_SECRET)

  const { mirrored, problem } = useMirror().instance()
  const delivery = { id: getHeader(event, 'svix-id')?.trim() ?? '', receivedAt }
  const parsed = parseEvent(body, delivery, mirrored)
  const news: EventNews = problem ? { kind: 'none', outcome: 'rejected', reason: problem, event: parsed.event } : parsed

  try {
    await useDb()
    const { outcome, written } = await useMirror().apply(news)
    const { type, occurredAt } = news.event
    countDelivery(type, outcome, { apply: performance.now() - receivedAt, lag: written && occurredAt !== null ? Date.now() - occurredAt : null })
    if (news.kind === 'none' && news.outcome === 'rejected') throw apiError(422, `This event cannot be used: ${news.reason}.`, { outcome: 'rejected' })
    return { outcome }
  }
  catch (error) {
    const answer = toApiError(error)
    if (answer.statusCode >= 500) {
      setResponseHeader(event, 'retry-after', RETRY_AFTER_SECONDS)
      countDelivery(news.event.type, 'failed', { apply: performance.now() - receivedAt, lag: null })
      void noteFailure(news, error)
    }
    throw answer
  }
})

/** Best effort: when the database is what failed, there is nowhere to write it. */
async function noteFailure(news: EventNews, error: unknown) {
  const { id, type, userId, receivedAt } = news.event
  await recordFailedEvent(useDbPool(), { id, type, userId, reason: describeFailure(error).slice(0, 300), durationMs: performance.now() - receivedAt })
    .catch(() => {})
}
