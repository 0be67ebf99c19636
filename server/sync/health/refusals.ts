import type { Database } from '#db/client.ts'
import { addRefusals } from '#db/queries/refusals.ts'
import type { RefusalBatch } from '#db/queries/refusals.ts'
import type { RefusalReason } from '#shared/types/sync.ts'

/** The counts are written at most once in this time, ms. */
const FLUSH_MS = 5_000

export interface RefusalCounter { add(reason: RefusalReason): void }

/** Counts deliveries that were not verified, by reason. Nothing of what they said is kept. */
export function createRefusalCounter(db: Database): RefusalCounter {
  const waiting = new Map<RefusalReason, RefusalBatch>()
  let lastFlush = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  function plan() {
    timer ??= setTimeout(() => {
      timer = undefined
      lastFlush = performance.now()
      void flush()
    }, Math.max(0, lastFlush + FLUSH_MS - performance.now())).unref()
  }

  /** What could not be written, as while the database is down, is written the next time. */
  async function flush() {
    const batches = [...waiting.values()]
    waiting.clear()
    try {
      await addRefusals(db, batches)
    }
    catch {
      for (const { reason, count, firstAt, lastAt } of batches) {
        const since = waiting.get(reason)
        waiting.set(reason, { reason, count: count + (since?.count ?? 0), firstAt, lastAt: since?.lastAt ?? lastAt })
      }
      plan()
    }
  }

  return {
    add(reason) {
      const at = new Date().toISOString()
      const batch = waiting.get(reason)
      waiting.set(reason, batch ? { ...batch, count: batch.count + 1, lastAt: at } : { reason, count: 1, firstAt: at, lastAt: at })
      plan()
    },
  }
}
