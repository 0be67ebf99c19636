import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'
import type { Audience } from '#shared/types/live'
import { audiences } from '#shared/types/live'
import type { EventStream } from './eventStream'

const CHECK_MS = 10_000
/** A tab that was hidden for longer may have been asleep, and may have missed messages. */
const AWAY_MS = 30_000

/** What tabs say to each other, beside the messages, which are JSON, and the audience. */
const REOPEN = 'reopen'
const MISSED = 'missed'
const ALIVE = ''

interface Hear {
  /** A message as JSON. */
  message(json: string): void
  /** Messages may have been missed, so fetch again what is shown. Called each time the stream opens, the first time included, and after a sleep. */
  missed(): void
  /** Whom the server tells by this stream: it goes by the session that the request came with. */
  audience?(who: Audience): void
}

const isAudience = (data: unknown): data is Audience => audiences.some(one => one === data)

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
 * @returns `reopen`, for when someone signed in or out: opens the stream anew, in whichever tab it is
 */
export function useEventStream(url: string, hear: Hear, { sharedAs }: { sharedAs?: string } = {}): { reopen(): void } {
  if (!useIsLive().value) {
    useAskAgain(hear.missed)
    return { reopen: hear.missed }
  }
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
      audience: (who) => {
        if (!isAudience(who)) return
        hear.audience?.(who)
        channel?.postMessage(who)
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
      if (data === REOPEN) return stream?.reopen()
      lastSign = Date.now()
      if (data === MISSED) hear.missed()
      else if (isAudience(data)) hear.audience?.(data)
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

  return {
    reopen: () => stream ? stream.reopen() : channel?.postMessage(REOPEN),
  }
}
