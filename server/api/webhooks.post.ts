import { getHeader, setResponseHeader } from 'h3'
import { explainEvent } from '#shared/utils/sync-words.ts'
import { useEnv } from '../env.ts'
import { failureOf } from '../failure.ts'
import { useMirror } from '../parts.ts'
import type { DeliveryProgress } from '../sync/news.ts'

const MAX_BODY_BYTES = 1024 * 1024
const RETRY_AFTER_SECONDS = 5

/** Clerk's signed events. A 2xx is given for what is committed, and for nothing else. */
export default defineApiHandler(async (event) => {
  const receivedAt = performance.now()
  const body = await readLimitedBody(event, MAX_BODY_BYTES)
  const header = (name: string) => getHeader(event, name)?.trim() || null
  if (!useEnv().NUXT_CLERK_WEBHOOK_SIGNING_SECRET) {
    setResponseHeader(event, 'retry-after', RETRY_AFTER_SECONDS)
    throw apiError(500, 'No signing secret is set here, so no delivery can be verified. Set NUXT_CLERK_WEBHOOK_SIGNING_SECRET and start the server again.')
  }
  const svixId = safeId(header('svix-id'))
  const progress: DeliveryProgress = { stages: event.context.stages }
  const received = await useMirror().receive(body, { id: header('svix-id'), timestamp: header('svix-timestamp'), signature: header('svix-signature') }, receivedAt, progress).catch((error) => {
    event.context.logged = { delivery: { svixId, type: progress.type ?? null, outcome: 'failed', reason: failureOf(error).reason } }
    setResponseHeader(event, 'retry-after', RETRY_AFTER_SECONDS)
    throw error
  })
  const { outcome, reason, details, type } = received
  event.context.logged = { delivery: { svixId, type, outcome, reason } }
  if (outcome === 'refused') {
    throw apiError(400, 'This delivery is not signed with our secret, or is more than 5 minutes old. Compare NUXT_CLERK_WEBHOOK_SIGNING_SECRET with the Signing Secret of this endpoint in Clerk\'s dashboard, and check this server\'s clock.', { outcome, reason })
  }
  if (outcome === 'rejected') throw apiError(422, explainEvent({ type, outcome, reason, details }).what, { outcome, reason })
  return { outcome }
})

/** An id as Svix writes it. Of a request that nobody signed it may be anything. */
const safeId = (id: string | null) => id !== null && /^[\w-]{1,64}$/.test(id) ? id : null
