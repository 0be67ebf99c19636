import type { CountComparison } from '#shared/types/admin.ts'
import { clerkFailureOf, within } from '../clerk.ts'

const KEEP_MS = 60_000
/** What has changed meanwhile, or differs, is asked again soon: news that is on its way evens it out. */
const KEEP_UNSETTLED_MS = 5_000
const TIMEOUT_MS = 4_000

export interface CountComparer {
  /**
   * At most a minute old, and 5 s where the counts differ. Never rejects: Clerk's silence is a fact with its reason.
   * @param live how many users we have now: another number than was compared is compared anew
   */
  get(live: number): Promise<CountComparison>
  /** What is known, without waiting; asks again in the background, once a minute at most. */
  peek(): CountComparison | null
}

/**
 * Clerk's count of users beside ours, asked for together, so that the numbers are of one moment.
 * All who ask at the same time share one request.
 */
export function createCountComparer(options: { clerk: () => Promise<number>, ours: () => Promise<number>, now?: () => number, timeoutMs?: number }): CountComparer {
  const now = options.now ?? Date.now
  let kept: { fact: CountComparison, at: number } | null = null
  let asking: Promise<CountComparison> | null = null
  let differsSince: string | null = null

  async function ask(): Promise<CountComparison> {
    const at = new Date(now()).toISOString()
    try {
      const [clerk, ours] = await Promise.all([within(options.timeoutMs ?? TIMEOUT_MS, options.clerk()), options.ours()])
      differsSince = clerk === ours ? null : differsSince ?? at
      return { state: 'known', clerk, ours, at, differsSince }
    }
    catch (error) {
      return { state: 'unknown', at, failure: clerkFailureOf(error) }
    }
  }

  function refresh(): Promise<CountComparison> {
    asking ??= ask().then((fact) => {
      kept = { fact, at: now() }
      return fact
    }).finally(() => {
      asking = null
    })
    return asking
  }

  const isYounger = (ms: number) => kept !== null && now() - kept.at < ms
  return {
    async get(live) {
      const settled = kept?.fact.state === 'known' && kept.fact.clerk === kept.fact.ours && kept.fact.ours === live
      return kept && isYounger(settled ? KEEP_MS : KEEP_UNSETTLED_MS) ? kept.fact : refresh()
    },
    peek() {
      if (!isYounger(KEEP_MS)) void refresh()
      return kept?.fact ?? null
    },
  }
}
