import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'
import type { EventStream } from './eventStream'

const CHECK_MS = 10_000
/** A tab that was hidden for less has missed nothing that its stream did not bring. */
const AWAY_MS = 30_000

/** What the tab with the stream tells the others beside messages, which are JSON. */
const MISSED = 'missed'
const ALIVE = ''

interface Hear {
  /** A message as JSON. */
  message(json: string): void
  /** Messages may have been missed: ask for what is shown. Called each time the stream opens, the first included, and after a sleep. */
  missed(): void
}

/**
 * Follows a stream of server-sent events from now until the effect scope ends, in the browser alone: from `onMounted`, or
 * in a scope of its own. It survives restarts of the server, sleep, and a network that goes and comes back.
 *
 * One page alone: `onMounted(() => useEventStream('/api/admin/live', { message, missed }))`.
 *
 * With `sharedAs` all tabs of a browser share one stream, since HTTP/1.1 allows six connections to a host: the tab that
 * holds the lock of that name has it and tells the others. When that tab closes, the next one in the queue takes over;
 * when it sleeps (a phone stops background tabs, locks and all), one that is looked at takes the lock away.
 * Where the browser has no locks, each tab has a stream of its own.
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
      // Another tab took it away: then it is led there. Anything else means that there are no locks to be had.
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
    // A tab that follows another one has seen no stream open, and may have missed what came while its page was made.
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
