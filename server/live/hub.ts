import * as v from 'valibot'
import type { Database } from '#db/client.ts'
import { listenToChanges } from '#db/queries/channel.ts'
import { findChangedPosts, findChangedUsers } from '#db/queries/changes.ts'
import { Notice } from '#shared/schemas/live.ts'
import type { LiveMessage } from '#shared/types/live.ts'

/** More ids than this waiting at once, and every page asks for itself. */
const MANY = 200

export interface LiveHub {
  /** Sends every message, as JSON, until the returned function is called. */
  subscribe(send: (json: string) => void): () => void
  /** How many listen. */
  size(): number
  /** Stops listening to Postgres. */
  close(): Promise<void>
}

/**
 * One LISTEN connection for all clients of this instance. A notice carries ids; the public data of those is read once
 * and sent to everyone, so that a rename does not make 5,000 pages ask. What comes while a read is under way goes
 * together in the next. postgres.js reconnects by itself; what was missed meanwhile is unknown, so all catch up.
 */
export async function openLiveHub(db: Database, onError: (error: unknown) => void): Promise<LiveHub> {
  const clients = new Set<(json: string) => void>()
  let waiting = { users: new Set<string>(), posts: new Set<string>(), many: false }
  let reading = false
  let listened = false

  const broadcast = (message: LiveMessage) => {
    const json = JSON.stringify(message)
    for (const send of clients) send(json)
  }

  async function drain() {
    if (reading) return
    reading = true
    while (waiting.many || waiting.users.size + waiting.posts.size > 0) {
      const { users, posts, many } = waiting
      waiting = { users: new Set(), posts: new Set(), many: false }
      if (clients.size === 0) continue
      try {
        if (many || users.size + posts.size > MANY) broadcast({ type: 'catch-up' })
        else {
          if (users.size > 0) broadcast({ type: 'users', ...await findChangedUsers(db, [...users]) })
          if (posts.size > 0) broadcast({ type: 'posts', posts: await findChangedPosts(db, [...posts]) })
        }
      }
      catch (error) {
        onError(error)
        broadcast({ type: 'catch-up' })
      }
    }
    reading = false
  }

  function hear(payload: string) {
    const notice = v.safeParse(v.pipe(v.string(), v.parseJson(), Notice), payload)
    if (!notice.success) return
    notice.output.users.forEach(id => waiting.users.add(id))
    notice.output.posts.forEach(id => waiting.posts.add(id))
    waiting.many ||= notice.output.many
    void drain()
  }

  const { unlisten } = await listenToChanges(db, hear, () => {
    if (listened) broadcast({ type: 'catch-up' })
    listened = true
  })
  return {
    subscribe(send) {
      clients.add(send)
      return () => void clients.delete(send)
    },
    size: () => clients.size,
    close: unlisten,
  }
}
