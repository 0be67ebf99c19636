import { toFrame } from '#server/live/frames.ts'
import { useDb, useEventFeed } from '#server/parts.ts'

/** A stream ends after this time, so that a role that was taken away ends too: the role is checked when the page reconnects. */
const LIFE_MS = 5 * 60_000

/** Server-sent events for admins: what arrives in the event log, as `AdminLiveMessage`. */
export default defineAdminHandler(event => sendEventStream(event, {
  client: requireUser(event),
  prepare: async () => {
    await useDb()
    return useEventFeed().subscribe
  },
  firstFrame: toFrame('', 'heartbeat'),
  lifeMs: LIFE_MS,
}))
