import * as v from 'valibot'
import { Notice } from '#shared/schemas/live.ts'
import type { LiveMessage } from '#shared/types/live.ts'
import { toFrame } from './frames.ts'

const RETRY_WITHIN_MS = 5_000

export interface Personal {
  /** Sends this person's messages until the returned function is called. */
  subscribe(userId: string, send: (frame: Buffer) => void): () => void
  /** Takes a private notice, as JSON. */
  hear(payload: string): void
}

/**
 * What one person alone is told, on all the streams that they have open here: how many notifications they have not seen. It
 * is asked for those who have a stream, one after the other; what comes meanwhile goes together.
 * @param countUnread of one person
 */
export function createPersonal(countUnread: (userId: string) => Promise<number>, onError: (error: unknown) => void): Personal {
  const streams = new Map<string, Set<(frame: Buffer) => void>>()
  const waiting = new Set<string>()
  let telling = false

  function send(userId: string, message: LiveMessage) {
    const frame = toFrame(JSON.stringify(message))
    for (const each of streams.get(userId) ?? []) each(frame)
  }

  async function tell() {
    if (telling) return
    telling = true
    for (const userId of waiting) {
      waiting.delete(userId)
      try {
        send(userId, { type: 'notifications', userId, unread: await countUnread(userId) })
      }
      catch (error) {
        onError(error)
        send(userId, { type: 'catch-up', withinMs: RETRY_WITHIN_MS })
      }
    }
    telling = false
  }

  return {
    subscribe(userId, each) {
      const own = streams.get(userId) ?? new Set()
      streams.set(userId, own.add(each))
      return () => {
        own.delete(each)
        if (own.size === 0 && streams.get(userId) === own) streams.delete(userId)
      }
    },
    hear(payload) {
      const notice = v.safeParse(v.pipe(v.string(), v.parseJson(), Notice), payload)
      if (!notice.success) return
      for (const id of notice.output.users) if (streams.has(id)) waiting.add(id)
      void tell()
    },
  }
}
