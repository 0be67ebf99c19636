const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Svix's waits before each attempt after the first, in milliseconds (svix-docs, `retries.mdx`). */
const retryDelays = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]

export const attemptsInAll = retryDelays.length + 1

/**
 * How long to wait after a failed attempt, in milliseconds.
 * @param attempt the number of the one that failed; the first is 1
 * @param scale multiplies Svix's delays; 0 tries again at once
 * @returns null when no attempt is left
 */
export function delayAfter(attempt: number, scale: number): number | null {
  const delay = retryDelays[attempt - 1]
  return delay === undefined ? null : Math.max(0, Math.round(delay * scale))
}
