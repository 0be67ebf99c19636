import type { ServerResponse } from 'node:http'
import { setResponseHeader } from 'h3'
import type { H3Event } from 'h3'
import { useEnv } from '#server/env.ts'
import { toFrame } from '#server/live/frames.ts'
import { useStreams } from '#server/parts.ts'

/** Proxies close what is silent for a minute or less. */
const HEARTBEAT_MS = 25_000
const heartbeat = toFrame('', 'heartbeat')

/** What may wait for a client that does not read. A message to all has some KB. */
const WAITING_BYTES_AT_MOST = 1_048_576
const RETRY_AFTER_SECONDS = 30
/** A stream that was ended is cut off after this time, if its client does not read the end. */
const LAST_WORDS_MS = 500

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'private, no-store, no-transform',
  // A proxy that buffers would hold the messages back.
  'x-accel-buffering': 'no',
}

/** Takes a function that writes a frame to one client. @returns how to stop */
export type Subscribe = (send: (frame: Buffer) => void) => () => void

/**
 * Answers with server-sent events until the client leaves, or reads nothing while a megabyte waits. The bytes go to
 * Node's response directly, the only place where they can wait, so that what waits is known.
 * @param options.client whose share of the streams this one is part of
 * @param options.prepare makes ready what is followed; who leaves meanwhile is not subscribed
 * @param options.firstFrame what is sent at once
 * @param options.lifeMs the stream ends after this time
 * @throws 404 with `LIVE=off`, 429 when this client has its share of streams, 503 when this instance has all that it takes
 */
export async function sendEventStream(event: H3Event, options: { client: string, prepare: () => Promise<Subscribe>, firstFrame: Buffer, lifeMs?: number }): Promise<void> {
  if (useEnv().LIVE === 'off') throw apiError(404, 'This server sends no live events (LIVE is off). Fetch what you show from time to time.', { code: 'live-off' })
  const { res } = event.node
  if (res.closed) return
  const release = takePlace(event, options.client)
  // The one way in which each stream ends, opened or not.
  res.once('close', release)
  const subscribe = await options.prepare()
  if (res.closed) return

  res.writeHead(200, headers)
  // Written to a client that has just left: its `close` says so.
  res.on('error', () => {})
  function send(frame: Buffer) {
    if (res.writableEnded || res.destroyed) return
    res.write(frame)
    // A reset, since what the system holds for a client that does not read would stay for minutes.
    if (res.writableLength > WAITING_BYTES_AT_MOST) res.socket?.resetAndDestroy()
  }
  const unsubscribe = subscribe(send)
  const beat = setInterval(send, HEARTBEAT_MS, heartbeat)
  const end = options.lifeMs === undefined ? undefined : setTimeout(finish, options.lifeMs, res)
  res.once('close', () => {
    clearInterval(beat)
    clearTimeout(end)
    unsubscribe()
  })
  send(options.firstFrame)
}

function finish(res: ServerResponse) {
  if (!res.headersSent) return void res.destroy()
  res.end()
  setTimeout(() => res.destroy(), LAST_WORDS_MS).unref()
}

function takePlace(event: H3Event, client: string): () => void {
  const { res } = event.node
  const place = useStreams().take(client, () => finish(res))
  if (typeof place === 'function') return place
  setResponseHeader(event, 'retry-after', RETRY_AFTER_SECONDS)
  throw place === 'client-full'
    ? apiError(429, 'You have too many pages open. Close some, and this one will update again.')
    : apiError(503, 'Too many pages are open right now. This one will try again by itself.')
}
