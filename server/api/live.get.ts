import { createEventStream, getRequestIP, setResponseHeader } from 'h3'
import { useEnv } from '#server/env.ts'
import { useLiveHub, useStreams } from '#server/parts.ts'

/** Proxies close what is silent for a minute or less. */
const HEARTBEAT_MS = 25_000

/** Server-sent events: what changes, for anyone. The messages are `LiveMessage` in `shared/types/live.ts`. */
export default defineApiHandler(async (event) => {
  const client = getRequestIP(event, { xForwardedFor: true }) ?? 'unknown'
  if (useStreams().countOf(client) >= useEnv().LIVE_STREAMS_PER_CLIENT) throw apiError(429, 'Too many pages of yours are open here. Close some, and this one will follow again.')
  const hub = await useLiveHub()

  const stream = createEventStream(event)
  const send = (data: string) => void stream.push(data).catch(() => {})
  const unsubscribe = hub.subscribe(send)
  const forget = useStreams().hold(client, () => stream.close())
  const heartbeat = setInterval(() => void stream.push({ event: 'heartbeat', data: '' }).catch(() => {}), HEARTBEAT_MS)
  stream.onClosed(() => {
    clearInterval(heartbeat)
    unsubscribe()
    forget()
  })
  // A proxy that buffers would hold the messages back.
  setResponseHeader(event, 'x-accel-buffering', 'no')
  void stream.push({ event: 'open', data: '' })
  return stream.send()
})
