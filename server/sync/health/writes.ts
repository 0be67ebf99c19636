import type { FailingWrites } from '#shared/types/admin.ts'
import { failureOf } from '../../failure.ts'

/** Notices when what Clerk tells cannot be committed at all: a full disk, a Postgres that takes no writes or no connections. */
export interface WriteWatch {
  /** Runs a write. @throws what it throws */
  <T>(write: () => Promise<T>): Promise<T>
  /** Since when every write failed, and why the last one did; null when the last one succeeded. */
  failing(): FailingWrites | null
}

/** @param onChange is told when writes begin to fail, and `null` when they work again */
export function createWriteWatch(onChange: (failing: FailingWrites | null) => void): WriteWatch {
  let failing: FailingWrites | null = null

  async function watch<T>(write: () => Promise<T>): Promise<T> {
    try {
      const written = await write()
      if (failing) onChange(failing = null)
      return written
    }
    catch (error) {
      const { reason, details } = failureOf(error)
      const known = failing
      failing = { reason, code: details?.code ?? null, since: known?.since ?? new Date().toISOString() }
      if (!known) onChange(failing)
      throw error
    }
  }
  return Object.assign(watch, { failing: () => failing })
}
