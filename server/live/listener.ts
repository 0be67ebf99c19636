import { randomUUID } from 'node:crypto'
import type { Database } from '#db/client.ts'
import { closeDatabase } from '#db/client.ts'
import { CHANGES_CHANNEL, listenAndNotifySelf, PRIVATE_CHANNEL } from '#db/queries/channel.ts'

const BEAT_MS = 1_000
/** A connection that says nothing for so long, five beats, is replaced. */
const SILENT_MS = 5_000

export interface ListenerEvents {
  /** A change, as JSON: ids only. */
  onNotice: (payload: string) => void
  /** A change that one person alone may see, as JSON: ids of users only. */
  onPrivate: (payload: string) => void
  /** It hears again, and may have missed something. */
  onMissed: () => void
}

export interface Listener {
  /** Whether every change that was committed until so many ms ago was heard: its own notice, sent no earlier, was. */
  hasHeardWithin(ms: number): boolean
  /** Whether it has heard nothing for longer than it takes to replace a connection. */
  isDeaf(): boolean
  close(): Promise<void>
}

/**
 * Hears every change that is notified, on a connection of its own. LISTEN says nothing while nothing changes, so a
 * connection that was lost without a word would be deaf for ever: each second it listens once more and sends a notice to
 * itself. A connection that does not hear that is replaced, and what came meanwhile counts as missed.
 * @param pool beside which the connection is opened
 * @throws when the first notice cannot be sent
 */
export async function openListener(pool: Database, { onNotice, onPrivate, onMissed }: ListenerEvents): Promise<Listener> {
  const own = `rollcall_${randomUUID().replaceAll('-', '')}`
  let heardAt = performance.now()
  /** When the latest of its own notices that was heard was sent: all that was committed before came before it. */
  let sentAt = performance.now()
  let lost = false
  let beating = false

  const session = pool.openSession({
    silentMs: SILENT_MS,
    onClose: () => void (lost = true),
    onNotify(channel, payload) {
      if (channel === CHANGES_CHANNEL) return onNotice(payload)
      if (channel === PRIVATE_CHANNEL) return onPrivate(payload)
      const missed = lost || performance.now() - heardAt > SILENT_MS
      lost = false
      heardAt = performance.now()
      if (missed) onMissed()
      sentAt = Number(payload)
    },
  })

  async function beat() {
    if (beating) return
    beating = true
    // A beat that fails is followed by another.
    await listenAndNotifySelf(session, own, Math.floor(performance.now())).catch(() => {})
    beating = false
  }

  try {
    await listenAndNotifySelf(session, own, Math.floor(performance.now()))
  }
  catch (error) {
    await closeDatabase(session, 0)
    throw error
  }
  const timer = setInterval(() => void beat(), BEAT_MS).unref()
  return {
    hasHeardWithin: ms => performance.now() - sentAt <= ms,
    isDeaf: () => performance.now() - heardAt > 2 * SILENT_MS,
    close() {
      clearInterval(timer)
      return closeDatabase(session, 0)
    },
  }
}
