import * as v from 'valibot'
import type { Database } from '#db/client.ts'
import { findChangedPosts, findChangedUsers } from '#db/queries/changes.ts'
import { countUnread } from '#db/queries/notifications.ts'
import { Notice } from '#shared/schemas/live.ts'
import type { Audience, LiveMessage } from '#shared/types/live.ts'
import { audienceOf, audiences } from '#shared/types/live.ts'
import { atMostEvery } from './at-most-every.ts'
import { toFrame } from './frames.ts'
import type { Listener, ListenerEvents } from './listener.ts'
import { createPersonal } from './personal.ts'

/** More ids than this waiting at once, and every page asks for itself. */
const MANY = 200
/** An import is one such notice after the other. */
const CATCH_UP_EVERY_MS = 10_000
/** Pages that catch up ask the server, some requests each: so many pages a second. */
const PAGES_PER_SECOND = 100
const SPREAD = { leastMs: 1_000, mostMs: 60_000 }

export interface LiveHub {
  /** Sends every message that is for this viewer, a guest when null, until the returned function is called. */
  subscribe(viewerId: string | null, send: (frame: Buffer) => void): () => void
  /** Whether this instance has heard every change that was committed until so many ms ago. */
  hasHeardWithin(ms: number): boolean
}

/**
 * One LISTEN connection for all clients of this instance. A notice carries ids; the public data of those is read once
 * and sent to everyone (one message for members, one for guests), so that a rename does not make 5,000 pages ask. What
 * comes while a read is under way goes together in the next. What was missed while nothing was heard is unknown, so all
 * catch up.
 * @param on.change called before anything else for each notice, and when some may have been missed
 * @throws when the database cannot be listened to
 */
export async function openLiveHub(db: Database, listen: (events: ListenerEvents) => Promise<Listener>, on: { change: () => void, error: (error: unknown) => void }): Promise<LiveHub> {
  const clients: Record<Audience, Set<(frame: Buffer) => void>> = { members: new Set(), guests: new Set() }
  const personal = createPersonal(id => countUnread(db, id), on.error)
  const size = () => clients.members.size + clients.guests.size
  let waiting = { users: new Set<string>(), posts: new Set<string>(), many: false }
  let reading = false

  function broadcast(message: LiveMessage, to: readonly Audience[] = audiences) {
    const frame = toFrame(JSON.stringify(message))
    for (const audience of to) for (const send of clients[audience]) send(frame)
  }

  const catchUp = atMostEvery(CATCH_UP_EVERY_MS, () => {
    const withinMs = Math.min(Math.max(size() / PAGES_PER_SECOND * 1_000, SPREAD.leastMs), SPREAD.mostMs)
    broadcast({ type: 'catch-up', withinMs })
  })

  async function tellOfUsers(ids: string[]) {
    const changes = await findChangedUsers(db, ids)
    for (const audience of audiences) {
      const { users, hiddenIds } = changes[audience]
      if (users.length + hiddenIds.length > 0) broadcast({ type: 'users', users, hiddenIds }, [audience])
    }
  }

  async function drain() {
    if (reading) return
    reading = true
    while (waiting.many || waiting.users.size + waiting.posts.size > 0) {
      const { users, posts, many } = waiting
      waiting = { users: new Set(), posts: new Set(), many: false }
      if (size() === 0) continue
      try {
        if (many || users.size + posts.size > MANY) catchUp()
        else {
          if (users.size > 0) await tellOfUsers([...users])
          if (posts.size > 0) broadcast({ type: 'posts', posts: await findChangedPosts(db, [...posts]) })
        }
      }
      catch (error) {
        on.error(error)
        catchUp()
      }
    }
    reading = false
  }

  function hear(payload: string) {
    on.change()
    const notice = v.safeParse(v.pipe(v.string(), v.parseJson(), Notice), payload)
    if (!notice.success) return
    notice.output.users.forEach(id => waiting.users.add(id))
    notice.output.posts.forEach(id => waiting.posts.add(id))
    waiting.many ||= notice.output.many
    void drain()
  }

  const { hasHeardWithin } = await listen({ onNotice: hear, onPrivate: personal.hear, onMissed() {
    on.change()
    catchUp()
  } })
  return {
    subscribe(viewerId, send) {
      const audience = clients[audienceOf(viewerId)].add(send)
      const leave = viewerId === null ? () => {} : personal.subscribe(viewerId, send)
      return () => {
        audience.delete(send)
        leave()
      }
    },
    hasHeardWithin,
  }
}
