export interface Streams {
  /** Keeps an open stream, so that it can be closed when the process is asked to end. @returns how to forget it */
  hold(client: string, close: () => Promise<void>): () => void
  /** How many streams this client has open here. */
  countOf(client: string): number
  /** How many streams are open here. */
  count(): number
  /** Closes all. An open stream would hold the process for half a minute. */
  closeAll(): Promise<void>
}

/** The event streams that are open on this instance. */
export function createStreams(): Streams {
  const open = new Map<() => Promise<void>, string>()
  return {
    hold(client, close) {
      open.set(close, client)
      return () => void open.delete(close)
    },
    countOf: client => [...open.values()].filter(one => one === client).length,
    count: () => open.size,
    async closeAll() {
      await Promise.all([...open.keys()].map(close => close().catch(() => {})))
    },
  }
}
