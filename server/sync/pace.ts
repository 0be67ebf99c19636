import type { ClerkReader } from './clerk.ts'
import { ClerkError, OutOfTimeError } from './clerk.ts'

const TRIES = 5
const FIRST_BACKOFF_MS = 500

export interface Clock {
  /** ms */
  now(): number
  sleep(ms: number): Promise<void>
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: ms => new Promise(done => setTimeout(done, ms)),
}

/**
 * Half of what Clerk allows, so that the app beside us has the other half: production 1,000 requests in 10 s,
 * development 100. https://clerk.com/docs/guides/how-clerk-works/system-limits
 */
export const requestsPerSecond = (secretKey: string) => secretKey.startsWith('sk_live_') ? 50 : 5

/**
 * A reader that keeps to a rate, and tries again after 429, 5xx and silence. `Retry-After` holds for all calls, those
 * that wait for their turn as well.
 * @throws after five tries, and at once for any other answer
 */
export function paceReader(reader: ClerkReader, perSecond: number, clock: Clock = realClock): ClerkReader {
  /** When the next call may go. */
  let next = 0
  /** None may go before. */
  let pausedUntil = 0

  async function turn() {
    do {
      const at = Math.max(next, pausedUntil, clock.now())
      next = at + 1000 / perSecond
      if (at > clock.now()) await clock.sleep(at - clock.now())
    } while (pausedUntil > clock.now())
  }

  async function retry<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await turn()
      try {
        return await call()
      }
      catch (error) {
        if (attempt === TRIES || !isPassing(error)) throw error
        const pause = retryAfterMs(error)
        if (pause === undefined) await clock.sleep(FIRST_BACKOFF_MS * 2 ** (attempt - 1))
        else pausedUntil = Math.max(pausedUntil, clock.now() + pause)
      }
    }
  }

  return {
    user: id => retry(() => reader.user(id)),
    list: query => retry(() => reader.list(query)),
    count: created => retry(() => reader.count(created)),
    instance: () => retry(() => reader.instance()),
  }
}

const isPassing = (error: unknown) => error instanceof ClerkError && !(error instanceof OutOfTimeError) && (error.status === null || error.status === 429 || error.status >= 500)

/** Clerk asks for a minute at most; what asks for more is not waited for. */
const LONGEST_WAIT_MS = 60_000
const retryAfterMs = (error: unknown) => error instanceof ClerkError && error.retryAfterMs !== null ? Math.min(error.retryAfterMs, LONGEST_WAIT_MS) : undefined
