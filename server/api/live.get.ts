import { toFrame } from '#server/live/frames.ts'
import { useLiveHub } from '#server/parts.ts'

/** Server-sent events: what changes, for anyone. The messages are `LiveMessage` in `shared/types/live.ts`; the first event, `audience`, says who is told. */
export default defineApiHandler((event) => {
  const audience = viewerId(event) === null ? 'guests' : 'members'
  return sendEventStream(event, {
    client: clientAddress(event),
    prepare: async () => {
      const hub = await useLiveHub()
      return send => hub.subscribe(audience, send)
    },
    firstFrame: toFrame(audience, 'audience'),
  })
})
