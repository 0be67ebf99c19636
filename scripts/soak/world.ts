import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalClerk, User } from '#local-clerk/index.ts'
import type { RunningApp } from '#scripts/lib/server.ts'

/** What the load shares: where it goes, who takes part, and what went wrong. */
export interface World {
  apps: RunningApp[]
  clerk: LocalClerk
  /** People who read and write, and whom Clerk does not delete. */
  members: User[]
  log: FaultLog
  /** Ends every loop. */
  signal: AbortSignal
}

export interface FaultLog {
  /** From now on failures are expected, until `calm()` and `GRACE_MS` after it. */
  trouble(what: string): void
  calm(): void
  /** Notes a request that was not answered, or was answered 5xx. */
  note(what: string): void
  /** Answers that were counted, by status. */
  answered(status: number): void
  statuses(): Record<number, number>
  /** What failed while nothing was wrong. */
  faults(): string[]
  /** How many failed while it was expected. */
  expected(): number
}

/** A connection that went silent is given up within 15 s, and the request that waited for it ends after. */
const GRACE_MS = 20_000
const MAX_FAULTS = 100

export function createFaultLog(now: () => number = Date.now): FaultLog {
  const statuses: Record<number, number> = {}
  const faults: string[] = []
  let expected = 0
  let troubled: string | null = null
  let calmAt = Number.NEGATIVE_INFINITY
  return {
    trouble(what) {
      troubled = what
    },
    calm() {
      troubled = null
      calmAt = now()
    },
    note(what) {
      if (troubled !== null || now() < calmAt + GRACE_MS) expected += 1
      else if (faults.length < MAX_FAULTS) faults.push(`${new Date(now()).toISOString()} ${what}`)
    },
    answered(status) {
      statuses[status] = (statuses[status] ?? 0) + 1
    },
    statuses: () => ({ ...statuses }),
    faults: () => [...faults],
    expected: () => expected,
  }
}

export const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)]

/** Runs again and again, `everyMs` apart on average, until the soak ends. A failure of `run` is noted. */
export async function repeat({ signal, log }: World, everyMs: number, run: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await run().catch((error: unknown) => {
      if (!signal.aborted) log.note(error instanceof Error ? error.message : String(error))
    })
    await sleep(everyMs * 2 * Math.random(), undefined, { signal }).catch(() => {})
  }
}
