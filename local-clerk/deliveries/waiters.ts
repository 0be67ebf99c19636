const pollMs = 50

export interface Waiters {
  /** Waits until `done`. @throws after `timeoutMs`, saying that deliveries were not `what` */
  until(done: () => boolean, timeoutMs: number, what: string): Promise<void>
  /** Says that something changed, so that those who wait look again. */
  wake(): void
}

export function createWaiters(): Waiters {
  const waiters = new Set<() => void>()
  return {
    until(done, timeoutMs, what) {
      if (done()) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const finish = (end: () => void) => {
          waiters.delete(check)
          clearTimeout(timer)
          clearInterval(poll)
          end()
        }
        const check = () => {
          if (done()) finish(resolve)
        }
        const timer = setTimeout(() => finish(() => reject(new Error(`Deliveries were not ${what} within ${timeoutMs} ms.`))), timeoutMs)
        const poll = setInterval(check, pollMs)
        waiters.add(check)
      })
    },
    wake: () => waiters.forEach(check => check()),
  }
}
