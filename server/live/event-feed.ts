import type { AdminEvent, AdminLiveMessage } from '#shared/types/admin.ts'
import { toFrame } from './frames.ts'

const LOOK_MS = 1_000
/** More than this in one look, and the page asks for itself. */
const MANY = 50
/** `last_received_at` is when a statement began, so one may show later than another that began after it. A page that has just opened hears of the last seconds twice. */
const OVERLAP_MS = 3_000

export interface EventFeed {
  /** Sends every message until the returned function is called. */
  subscribe: (send: (frame: Buffer) => void) => () => void
}

/**
 * New rows of the event log for the admins who look. It reads an index range once a second for all of them together,
 * while there are any: a NOTIFY would cost every delivery something, and this costs them nothing.
 * @param find events received after this moment (ISO 8601), newest first, at most `limit`
 */
export function createEventFeed(find: (after: string, limit: number) => Promise<AdminEvent[]>, options: { now: () => Promise<string>, onError: (error: unknown) => void }): EventFeed {
  const clients = new Set<(frame: Buffer) => void>()
  let sent = new Map<string, string>()
  let seen: string | null = null
  let looking = false
  let timer: NodeJS.Timeout | undefined

  async function look() {
    if (looking) return
    looking = true
    try {
      seen ??= await options.now()
      const after = new Date(Date.parse(seen) - OVERLAP_MS).toISOString()
      const found = await find(after, MANY + 1)
      const fresh = found.filter(event => sent.get(event.id) !== event.lastReceivedAt)
      sent = new Map(found.map(event => [event.id, event.lastReceivedAt]))
      seen = found[0] && found[0].lastReceivedAt > seen ? found[0].lastReceivedAt : seen
      if (fresh.length > 0) broadcast(found.length > MANY ? { type: 'many' } : { type: 'events', events: fresh })
    }
    catch (error) {
      options.onError(error)
    }
    looking = false
  }

  function broadcast(message: AdminLiveMessage) {
    const frame = toFrame(JSON.stringify(message))
    for (const send of clients) send(frame)
  }

  return {
    subscribe(send) {
      clients.add(send)
      timer ??= setInterval(() => void look(), LOOK_MS)
      void look()
      return () => {
        clients.delete(send)
        if (clients.size > 0) return
        clearInterval(timer)
        timer = undefined
        seen = null
      }
    },
  }
}
