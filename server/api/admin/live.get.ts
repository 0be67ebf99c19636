import { createEventStream, setResponseHeader } from 'h3'
import { useDb, useEventFeed, useStreams } from '#server/parts.ts'
import { useEnv } from '#server/env.ts'

const HEARTBEAT_MS = 25_000
/** A stream ends after this time, so that a role that was taken away ends too: the role is checked when the page reconnects. */
const LIFE_MS = 5 * 60_000

/** Server-sent events for admins: what arrives in the event log, as `AdminLiveMessage`. */
export default defineAdminHandler(async (event) => {
  const client = requireUser(event)
  if (useStreams().countOf(client) >= useEnv().LIVE_STREAMS_PER_CLIENT) throw apiError(429, 'Too many pages of yours are open here. Close some, and this one will follow again.')
  await useDb()

  const stream = createEventStream(event)
  const unsubscribe = useEventFeed().subscribe(data => void stream.push(data).catch(() => {}))
  const forget = useStreams().hold(client, () => stream.close())
  const heartbeat = setInterval(() => void stream.push({ event: 'heartbeat', data: '' }).catch(() => {}), HEARTBEAT_MS)
  const end = setTimeout(() => void stream.close().catch(() => {}), LIFE_MS)
  stream.onClosed(() => {
    clearInterval(heartbeat)
    clearTimeout(end)
    unsubscribe()
    forget()
  })
  // A proxy that buffers would hold the messages back.
  setResponseHeader(event, 'x-accel-buffering', 'no')
  void stream.push({ event: 'open', data: '' })
  return stream.send()
})
