import { addRefusals } from '#db/queries/refusals.ts'
import type { RefusalBatch } from '#db/queries/refusals.ts'
import type { RefusalReason } from '#shared/types/admin.ts'

/** However many are refused, the database is told once in this time. */
const FLUSH_MS = 5_000

const waiting = new Map<RefusalReason, RefusalBatch>()
let lastFlush = Number.NEGATIVE_INFINITY
let timer: NodeJS.Timeout | undefined

/** Counts a delivery that could not be verified. Nothing of what it said is kept. */
export function noteRefusal(reason: RefusalReason): void {
  const at = new Date().toISOString()
  const batch = waiting.get(reason)
  waiting.set(reason, batch ? { ...batch, count: batch.count + 1, lastAt: at } : { reason, count: 1, firstAt: at, lastAt: at })
  plan()
}

function plan() {
  timer ??= setTimeout(() => {
    timer = undefined
    lastFlush = performance.now()
    void flushRefusals()
  }, Math.max(0, lastFlush + FLUSH_MS - performance.now())).unref()
}

/** What could not be told, as while the database is down, is told with the next. */
export async function flushRefusals(): Promise<void> {
  const batches = [...waiting.values()]
  if (batches.length === 0) return
  waiting.clear()
  try {
    await addRefusals(useDbPool(), batches)
  }
  catch {
    for (const { reason, count, firstAt, lastAt } of batches) {
      const since = waiting.get(reason)
      waiting.set(reason, { reason, count: count + (since?.count ?? 0), firstAt, lastAt: since?.lastAt ?? lastAt })
    }
    plan()
  }
}
