import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'
import type { LiveStream } from './liveStream.ts'

const NAME = 'rollcall:live'
const CHECK_MS = 10_000
/** A tab that was hidden for less has missed nothing that its stream did not bring. */
const AWAY_MS = 30_000

const CATCH_UP = JSON.stringify({ type: 'catch-up' })

/**
 * One stream for all tabs of a browser, since HTTP/1.1 allows six connections to a host: the tab that holds the lock has
 * it and tells the others. When that tab closes, the next one in the queue takes over; when it sleeps (a phone stops
 * background tabs, locks and all), one that is looked at takes the lock away. Without locks, each tab has its own.
 * Runs in an effect scope, and ends with it.
 * @param hear called with each message as JSON; the first is always `catch-up`
 */
export function followTogether(url: string, hear: (json: string) => void): void {
  const visibility = useDocumentVisibility()
  const shared = 'BroadcastChannel' in window && 'locks' in navigator
  const channel = shared ? new BroadcastChannel(NAME) : undefined
  let stream: LiveStream | undefined
  let lastSign = Date.now()
  let queue: AbortController | undefined
  let release = () => {}

  const tell = (json: string) => {
    hear(json)
    channel?.postMessage(json)
  }

  function lead() {
    stream = followStream(url, {
      message: tell,
      open: () => tell(CATCH_UP),
      alive: () => {
        lastSign = Date.now()
        channel?.postMessage('')
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

  function join(steal = false) {
    queue?.abort()
    const mine = queue = new AbortController()
    lastSign = Date.now()
    navigator.locks.request(NAME, steal ? { steal } : { signal: mine.signal }, hold).catch((error: unknown) => {
      if (mine !== queue) return
      // Another tab took it away: then it is led there. Anything else means that there are no locks to be had.
      const stolen = error instanceof DOMException && error.name === 'AbortError'
      if (!stolen && !stream) return lead()
      resign()
      join()
    })
  }

  function check() {
    if (stream) stream.revive()
    else if (shared && visibility.value === 'visible' && Date.now() - lastSign > SILENCE_MS) join(true)
  }

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      lastSign = Date.now()
      if (typeof data === 'string' && data !== '') hear(data)
    }
    join()
    // Who follows another tab has seen no stream open, and may have missed what came while the page was made.
    setTimeout(() => stream ?? hear(CATCH_UP), 200)
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
    if (Date.now() - hiddenSince > AWAY_MS) hear(CATCH_UP)
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
