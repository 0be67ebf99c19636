/** The server says something every 25 s; a connection that is silent for longer is dead, though nobody said so. */
export const SILENCE_MS = 60_000

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

export interface LiveStream {
  /** Opens it again now, when it is closed or was silent for too long: after a sleep, or when the network is back. */
  revive(): void
  /** The browser says that the network is gone. An open connection may not notice for minutes; trying again does. */
  doubt(): void
  close(): void
}

/**
 * Follows server-sent events, and never gives up: reopens after 1 s, 2 s, 4 s … 30 s at most, each with jitter, so that a
 * restarted server does not meet everyone at once. EventSource's own retry has neither, and ends for good at a 429 or 502.
 * @param hear.message the data of each message, one call for each
 * @param hear.open each time the stream is open, the first included: what came before was missed
 * @param hear.alive any sign of life
 */
export function followStream(url: string, hear: { message(data: string): void, open(): void, alive(): void }): LiveStream {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempts = 0
  let lastSign = Date.now()

  function sign() {
    lastSign = Date.now()
    hear.alive()
  }

  function open() {
    drop()
    lastSign = Date.now()
    source = new EventSource(url)
    source.onopen = () => {
      attempts = 0
      sign()
      hear.open()
    }
    source.onmessage = ({ data }) => {
      sign()
      if (typeof data === 'string') hear.message(data)
    }
    source.addEventListener('heartbeat', sign)
    source.onerror = reopenLater
  }

  function reopenLater() {
    drop()
    timer = setTimeout(open, backoff(attempts++))
  }

  function drop() {
    clearTimeout(timer)
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

/** Half of the wait is certain, half is chance. */
function backoff(attempt: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
  return wait / 2 + Math.random() * wait / 2
}
