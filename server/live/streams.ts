export interface Streams {
  /**
   * Takes a place for a stream at once, so that others who ask at the same moment find it taken.
   * @param client an address, or a user's id
   * @param close ends the stream, open or not yet
   * @returns how to give the place back; why there is none otherwise: this client has its share, or all are taken
   */
  take(client: string, close: () => void): (() => void) | 'client-full' | 'full'
  /** How many places are taken. */
  count(): number
  /** Closes all. An open stream would hold the process for half a minute. */
  closeAll(): void
}

/** The event streams of this instance, so many at most. */
export function createStreams({ perClient, inAll }: { perClient: number, inAll: number }): Streams {
  const open = new Set<() => void>()
  const counts = new Map<string, number>()

  function count(client: string, change: 1 | -1) {
    const now = (counts.get(client) ?? 0) + change
    if (now > 0) counts.set(client, now)
    else counts.delete(client)
  }

  return {
    take(client, close) {
      if ((counts.get(client) ?? 0) >= perClient) return 'client-full'
      if (open.size >= inAll) return 'full'
      open.add(close)
      count(client, 1)
      return () => {
        if (open.delete(close)) count(client, -1)
      }
    },
    count: () => open.size,
    closeAll: () => [...open].forEach(close => close()),
  }
}
