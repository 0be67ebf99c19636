const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Svix's waits before each attempt after the first, in milliseconds (svix-docs, `retries.mdx`). */
const retryDelays = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]

/** The least wait after a 429 or where no answer came in time, and by what share each wait varies (svix-webhooks, `worker.rs`). */
const overloadPenalty = minute
const jitter = 0.2

/** How long an endpoint fails before it is disabled, in milliseconds (svix-docs, `retries.mdx`). */
const failureLimit = 5 * 24 * hour

export const attemptsInAll = retryDelays.length + 1

export interface Wait {
  /** multiplies every wait; 0 tries again at once */
  scale: number
  /** between 0 and 1 */
  random: number
  /** a 429, or no answer in time */
  overloaded?: boolean
  /** what the answer's `Retry-After` asks for, in milliseconds */
  retryAfter?: number | null
}

/**
 * How long to wait after a failed attempt, in milliseconds.
 * @param attempt the number of the one that failed; the first is 1
 * @returns null when no attempt is left
 */
export function delayAfter(attempt: number, { scale, random, overloaded = false, retryAfter = null }: Wait): number | null {
  const delay = retryDelays[attempt - 1]
  if (delay === undefined) return null
  const varied = Math.max(delay, overloaded ? overloadPenalty : 0) * (1 - jitter + 2 * jitter * random)
  return Math.max(0, Math.round(Math.max(varied, retryAfter ?? 0) * scale))
}

/** Whether an endpoint that has failed for so long, in milliseconds, is to be disabled; never where the scale is 0. */
export function isFailingTooLong(ms: number, scale: number): boolean {
  return scale > 0 && ms >= failureLimit * scale
}
