export interface BackendRequest {
  method: string
  path: string
  /** milliseconds */
  at: number
}

const kept = 1000

export interface BackendLog {
  add(request: BackendRequest): void
  list(): BackendRequest[]
  clear(): void
}

/** Remembers the last thousand calls of the Backend API, so that a test can say that none was made. */
export function createBackendLog(): BackendLog {
  let requests: BackendRequest[] = []
  return {
    add(request) {
      requests.push(request)
      if (requests.length > kept) requests.shift()
    },
    list: () => [...requests],
    clear() {
      requests = []
    },
  }
}
