import { type H3Event, setHeader } from 'h3'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { errors } from '../errors.ts'

/** Requests in ten seconds, by the kind of secret key (clerk-docs, `system-limits`). */
const limits = { production: 1000, development: 100 }
const window = 10

export interface RateLimit {
  /** Counts a request. @throws ClerkError 429 with `Retry-After` in seconds, once there were too many */
  count(event: H3Event): Promise<void>
}

/** Clerk's limit of the Backend API, which is one for the whole instance. */
export function createRateLimit(secretKey: string): RateLimit {
  const limiter = new RateLimiterMemory({ points: secretKey.startsWith('sk_live_') ? limits.production : limits.development, duration: window })
  return {
    async count(event) {
      try {
        await limiter.consume('instance')
      }
      catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        setHeader(event, 'Retry-After', Math.ceil(refusal.msBeforeNext / 1000))
        throw errors.tooManyRequests()
      }
    },
  }
}
