/** The server says something every 25 s; a connection that is silent for longer is dead, though nobody said so. */
export const SILENCE_MS = 60_000

const WAIT = { firstMs: 1_000, longestMs: 30_000 }

export interface EventStream {
  /** Opens it again now, when it is closed or was silent for too long: after a sleep, or when the network is back. */
  revive(): void
  /** The browser says that the network is gone. An open connection may not notice for minutes; trying again does. */
  doubt(): void
  close(): void
}

/**
 * Follows server-sent events, and never gives up: reopens after 1 s, 2 s, 4 s … 30 s at most, each with jitter, so that a
 * restarted server does not meet everyone at once. EventSource's own retry has neither, and ends for good at a 429 or 502.
 * For `useEventStream`, which adds when to revive it and when to close it.
 * @param on.message the data of each message, one call for each
 * @param on.open each time the stream is open, the first included: what came before was missed
 * @param on.alive any sign of life
 */
export function openEventStream(url: string, on: { message(data: string): void, open(): void, alive(): void }): EventStream {
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
    doubt: reopenLater,
    close: drop,
  }
}
