/** Anyone may send the header: that costs the database no more than this. */
const NOTE_EVERY_MS = 3_600_000
const RETRY_MS = 60_000

/**
 * Notes that a request came with X-Forwarded-For while no proxy is trusted, once an hour at most.
 * @param write a failure is ignored, and the next such request after a minute tries again
 */
export function createForwardedNote(write: () => Promise<void>, now: () => number = Date.now): { note(): void } {
  let next = -Infinity
  return {
    note() {
      if (now() < next) return
      next = now() + NOTE_EVERY_MS
      write().catch(() => {
        next = now() + RETRY_MS
      })
    },
  }
}
