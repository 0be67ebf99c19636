export interface BackendRequest {
  method: string
  /** without the query, such as `/v1/users` */
  path: string
  /** as it was sent, without the question mark; empty when there is none */
  query: string
  /** when it came, in milliseconds since 1970, by the local Clerk's clock */
  at: number
}

/** Requests remembered: more than a minute of the most that Clerk allows a development instance (600). */
const kept = 10_000

export interface BackendLog {
  add(request: BackendRequest): void
  /** Oldest first. @param options.since only requests at or after this time, in milliseconds since 1970 */
  list(options?: { since?: number }): BackendRequest[]
  clear(): void
}

/** Remembers the last ten thousand requests to the Backend API, refused ones too, so that a test can count them. */
export function createBackendLog(): BackendLog {
  let requests: BackendRequest[] = []
  return {
    add(request) {
      requests.push(request)
      if (requests.length > kept) requests.shift()
    },
    list: ({ since = -Infinity } = {}) => requests.filter(request => request.at >= since),
    clear() {
      requests = []
    },
  }
}
