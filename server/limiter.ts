import { RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from '#db/client.ts'
import { createCounter } from '#db/queries/limits.ts'

/**
 * How often one person may do something in a minute. `change` is of one's profile, or to edit a post, delete it and bring it
 * back; `seen` is to mark notifications as seen, which every open page of someone does; `clerk` makes us ask Clerk.
 */
const perMinute = { post: 10, like: 60, search: 60, change: 30, seen: 60, clerk: 30, export: 6, report: 10 } as const
export type Limited = keyof typeof perMinute

/** One address may do as much as this many people. */
const PEOPLE_PER_ADDRESS = 20

/** Who has used up the minute, and when the next one begins, seconds from now. */
export interface Refusal { by: 'person' | 'address', seconds: number }

/**
 * Limits what people do, over all instances.
 * @param factor multiplies every limit; 0 is no limit at all
 */
export function createLimiter(db: Database, factor: number) {
  const counters = new Map<string, ReturnType<typeof createCounter>>()
  const counterOf = (kind: Limited, by: Refusal['by']) => {
    const name = `${kind}:${by}`
    const points = Math.max(1, Math.round(perMinute[kind] * factor)) * (by === 'address' ? PEOPLE_PER_ADDRESS : 1)
    const counter = counters.get(name) ?? createCounter(db, { name, points, clears: counters.size === 0 })
    counters.set(name, counter)
    return counter
  }

  return {
    /**
     * Counts one more. What a person is refused does not count for their address.
     * @returns null when it is allowed
     * @throws when the database does not answer
     */
    async take(kind: Limited, person: string, address: string): Promise<Refusal | null> {
      if (factor === 0) return null
      return await refusalOf('person', counterOf(kind, 'person').consume(person))
        ?? refusalOf('address', counterOf(kind, 'address').consume(address))
    },
  }
}

async function refusalOf(by: Refusal['by'], consumed: Promise<RateLimiterRes>): Promise<Refusal | null> {
  try {
    await consumed
    return null
  }
  catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    return { by, seconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) }
  }
}
