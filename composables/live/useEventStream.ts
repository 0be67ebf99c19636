import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'
import type { EventStream } from './eventStream'

const CHECK_MS = 10_000
/** A tab that was hidden for longer may have been asleep, and may have missed messages. */
const AWAY_MS = 30_000

/** What the tab that holds the stream sends to the others, beside the messages, which are JSON. */
const MISSED = 'missed'
const ALIVE = ''

interface Hear {
  /** A message as JSON. */
  message(json: string): void
  /** Messages may have been missed, so fetch again what is shown. Called each time the stream opens, the first time included, and after a sleep. */
  missed(): void
}

/**
 * Follows a stream of server-sent events until the effect scope ends. It survives restarts of the server, sleep, and a
 * network that comes and goes. Browser only. For one page:
 *
 *     onMounted(() => useEventStream('/api/admin/live', { message, missed }))
 *
 * @param options.sharedAs the name of a lock. All tabs of a browser then share one stream, since HTTP/1.1 allows six
 * connections to a host: the tab that holds the lock opens the stream and passes the messages on. When it closes, the next
 * tab in the queue takes over. When it sleeps (a phone suspends background tabs, which keep their locks), a visible tab
 * steals the lock. Where the browser has no locks, each tab opens its own stream.
 */
export function useEventStream(url: string, hear: Hear, { sharedAs }: { sharedAs?: string } = {}): void {
  const visibility = useDocumentVisibility()
  const name = sharedAs && 'BroadcastChannel' in window && 'locks' in navigator ? sharedAs : undefined
  const channel = name ? new BroadcastChannel(name) : undefined
  let stream: EventStream | undefined
  let lastSign = Date.now()
  let queue: AbortController | undefined
  let release = () => {}

  function lead() {
    stream = openEventStream(url, {
      message: (json) => {
        hear.message(json)
        channel?.postMessage(json)
      },
      open: () => {
        hear.missed()
        channel?.postMessage(MISSED)
      },
      alive: () => {
        lastSign = Date.now()
        channel?.postMessage(ALIVE)
      },
    })
  }

  function resign() {
    stream?.close()
    stream = undefined
    release()
  }

  const hold = () => new Promise<void>((done) => {
    release = done
    lead()
  })

  function join(lock: string, steal = false) {
    queue?.abort()
    const mine = queue = new AbortController()
    lastSign = Date.now()
    navigator.locks.request(lock, steal ? { steal } : { signal: mine.signal }, hold).catch((error: unknown) => {
      if (mine !== queue) return
      // If another tab stole the lock, that tab has the stream now. Any other error means that locks do not work here.
      const stolen = error instanceof DOMException && error.name === 'AbortError'
      if (!stolen && !stream) return lead()
      resign()
      join(lock)
    })
  }

  function check() {
    if (stream) stream.revive()
    else if (name && visibility.value === 'visible' && Date.now() - lastSign > SILENCE_MS) join(name, true)
  }

  if (channel && name) {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      lastSign = Date.now()
      if (data === MISSED) hear.missed()
      else if (typeof data === 'string' && data !== ALIVE) hear.message(data)
    }
    join(name)
    // A tab that joins an open stream sees it open no more, and may have missed messages while its page was rendered.
    setTimeout(() => stream ?? hear.missed(), 200)
  }
  else {
    lead()
  }

  let hiddenSince = Infinity
  watch(visibility, (now) => {
    if (now === 'hidden') {
      hiddenSince = Date.now()
      return
    }
    if (Date.now() - hiddenSince > AWAY_MS) hear.missed()
    check()
  })
  useIntervalFn(check, CHECK_MS)
  useEventListener(window, 'online', check)
  useEventListener(window, 'offline', () => stream?.doubt())

  onScopeDispose(() => {
    const waiting = queue
    queue = undefined
    waiting?.abort()
    resign()
    channel?.close()
  })
}
