import { findEventsAfter } from '#db/queries/events.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { EventFeed } from '../live/events.ts'
import { createEventFeed } from '../live/events.ts'
import type { LiveHub } from '../live/hub.ts'
import { openLiveHub } from '../live/hub.ts'

let hub: Promise<LiveHub> | undefined

/** The hub of this process, opened with the first stream. @throws while the database is not there */
export function useLiveHub(): Promise<LiveHub> {
  hub ??= useDb()
    .then(db => openLiveHub(db, error => console.error(`live ${describeFailure(error)}`)))
    .catch((error) => {
      hub = undefined
      throw error
    })
  return hub
}

let feed: EventFeed | undefined

/** The event log of this process's admins. */
export function useEventFeed(): EventFeed {
  feed ??= createEventFeed((after, limit) => findEventsAfter(useDbPool(), after, limit), {
    now: () => databaseNow(useDbPool()),
    onError: error => console.error(`admin live ${describeFailure(error)}`),
  })
  return feed
}

const openStreams = new Map<() => Promise<void>, string>()

/** Keeps an open stream, so that it can be closed when the process is asked to end. @returns how to forget it */
export function holdStream(client: string, close: () => Promise<void>): () => void {
  openStreams.set(close, client)
  return () => void openStreams.delete(close)
}

/** How many streams this client has open here. */
export const countStreams = (client: string) => [...openStreams.values()].filter(one => one === client).length

/** How many streams are open here. */
export const countAllStreams = () => openStreams.size

/** An open stream would hold the process for half a minute. */
export async function closeStreams(): Promise<void> {
  await Promise.all([...openStreams.keys()].map(close => close().catch(() => {})))
}
