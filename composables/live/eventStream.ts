/** The server sends a heartbeat every 25 s. A connection that is silent for this long is dead, even if the browser reports no error. */
export const SILENCE_MS = 60_000

const WAIT = { firstMs: 1_000, longestMs: 30_000 }

export interface EventStream {
  /** Reopens the stream now if it is closed or has been silent for too long: after a sleep, or when the network is back. */
  revive(): void
  /** Reopens the stream now: who listens has changed. */
  reopen(): void
  /** Reopens the stream soon: the browser reports that the network is gone, which an open connection may not notice for minutes. */
  doubt(): void
  close(): void
}

/**
 * Opens a stream of server-sent events, and reopens it whenever it breaks: after 1 s, 2 s, 4 s … 30 s at most, with jitter, so
 * that the clients of a restarted server do not all come back at once. EventSource's own retry has no backoff and no jitter,
 * and gives up at a 429 or 502. Used by `useEventStream`, which decides when to revive it and when to close it.
 * @param on.message called with the data of each message
 * @param on.open called each time the stream opens, the first time included: earlier messages were missed
 * @param on.alive called at each message and heartbeat
 * @param on.audience called when the server says whom it tells, after each time that the stream opens
 */
export function openEventStream(url: string, on: { message(data: string): void, open(): void, alive(): void, audience(who: string): void }): EventStream {
  let source: EventSource | undefined
  let attempts = 0
  let lastSign = Date.now()
  const later = useLater(open)

  function sign() {
    lastSign = Date.now()
    on.alive()
  }

  function open() {
    drop()
    lastSign = Date.now()
    source = new EventSource(url)
    source.onopen = () => {
      attempts = 0
      sign()
      on.open()
    }
    source.onmessage = ({ data }) => {
      sign()
      if (typeof data === 'string') on.message(data)
    }
    source.addEventListener('heartbeat', sign)
    source.addEventListener('audience', ({ data }: MessageEvent<unknown>) => {
      sign()
      if (typeof data === 'string') on.audience(data)
    })
    source.onerror = reopenLater
  }

  function reopenLater() {
    drop()
    later.retry(attempts++, WAIT)
  }

  function drop() {
    later.cancel()
    source?.close()
    source = undefined
  }

  open()
  return {
    revive() {
      if (!source || Date.now() - lastSign > SILENCE_MS) open()
    },
    reopen: open,
    doubt: reopenLater,
    close: drop,
  }
}
