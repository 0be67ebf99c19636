import { IncomingMessage } from 'node:http'
import { defineEventHandler } from 'h3'
import type { H3Event } from 'h3'
import Negotiator from 'negotiator'
import { useNitroApp } from 'nitropack/runtime'
import { useEnv } from '#server/env.ts'
import { useLiveHub, useSharedAnswers } from '#server/parts.ts'
import type { SharedAnswer } from '#server/shared-answers.ts'
import { toSharedAnswer } from '#server/shared-answers.ts'

/** What a replica lacks would be kept after its notice. */
const fromPrimary = { 'cache-control': 'no-cache' }

/** Guests share what they see. It is read by a request within this process that knows nothing of who asks but the language. */
export default defineEventHandler(async (event) => {
  // In development a page changes with its code.
  if (import.meta.dev || !event.context.guest || event.method !== 'GET' || !(event.node.req instanceof IncomingMessage)) return
  const shared = sharedPath(event)
  if (!shared) return
  const locale = shared.isPage ? event.context.page?.locale ?? '' : ''
  // What changes has to be heard.
  if (useEnv().LIVE === 'on') useLiveHub().catch(() => {})
  await send(event, await useSharedAnswers().get(`${locale} ${shared.path}`, () => read(shared, locale, event.context.requestId ?? '')))
})

async function read({ path, isPage }: SharedPath, locale: string, requestId: string): Promise<SharedAnswer> {
  const [origin = ''] = useEnv().NUXT_SITE_URL
  const response = await useNitroApp().localFetch(path, { headers: { ...fromPrimary, 'accept-language': locale, 'host': new URL(origin).host, 'x-request-id': requestId } })
  const body = await response.text()
  return toSharedAnswer(response.status, [...response.headers], Buffer.from(isPage ? await inlineStyles(body) : body))
}

async function send({ node: { req, res } }: H3Event, { status, headers, body, packed }: SharedAnswer): Promise<void> {
  const accepted = new Negotiator(req).encodings(['br', 'gzip', 'identity'])
  const packing = (['br', 'gzip'] as const).find(one => accepted.includes(one))
  const bytes = packing && await packed(packing)
  for (const [name, value] of headers) res.setHeader(name, value)
  if (bytes) res.setHeader('content-encoding', packing)
  res.setHeader('content-length', (bytes ?? body).length)
  res.statusCode = status
  res.end(bytes ?? body)
}
