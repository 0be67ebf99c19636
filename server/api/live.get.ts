import { toFrame } from '#server/live/frames.ts'
import { audienceOf } from '#shared/types/live.ts'
import { useLiveHub } from '#server/parts.ts'

/** Server-sent events: what changes, for anyone, and to whoever is signed in what is theirs alone. The messages are `LiveMessage` in `shared/types/live.ts`; the first event, `audience`, says who is told. */
export default defineApiHandler((event) => {
  const viewer = viewerId(event)
  return sendEventStream(event, {
    client: clientAddress(event),
    prepare: async () => {
      const hub = await useLiveHub()
      return send => hub.subscribe(viewer, send)
    },
    firstFrame: toFrame(audienceOf(viewer), 'audience'),
  })
})
