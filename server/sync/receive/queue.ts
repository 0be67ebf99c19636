import { DatabaseNotReadyError } from '../../failure.ts'
import type { Applied, News } from '../news.ts'
import { eventIdOf, userIdOf } from '../news.ts'

/** NOTIFY carries their ids in under 8,000 bytes. */
const MAX_BATCH = 100
/** Batches in flight at the same time: one that waits for a lock or a silent connection does not stop everyone. */
const WRITERS = 2
/** A batch that takes longer, ms, is waited for no more: the second goes beside it. */
const SLOW_MS = 20
/** Svix has given up on a delivery that waited for so long, ms. */
const EXPIRES_MS = 15_000

interface Waiting {
  news: News
  keys: string[]
  since: number
  resolve: (applied: Applied) => void
  reject: (error: unknown) => void
}

/**
 * What waits while a write is in flight goes together in the next: under load a commit serves many deliveries, and
 * alone none waits. Only a write that is slow gets a second one beside it. A user and an event are in one batch at a time, of those in flight, and once in it; a second one
 * keeps its place for a later batch. What has waited for 15 s is not written any more.
 * @param apply writes a batch; resolves after commit
 * @param slowMs when a second batch goes beside one that is in flight
 * @returns a function that resolves when its news is committed, and rejects when it is not
 */
export function createNewsQueue(apply: (news: News[]) => Promise<(Applied | Error)[]>, now: () => number = () => performance.now(), slowMs = SLOW_MS) {
  let waiting: Waiting[] = []
  let writers = 0
  /** Batches in flight that are not slow yet. */
  let quick = 0
  /** Keys of the batches in flight. */
  const busy = new Set<string>()
  /** Keys of what waits: later news of the same user must not overtake it. */
  let held = new Set<string>()

  const mayWrite = () => quick === 0 && writers < WRITERS

  function drain() {
    while (mayWrite()) {
      const batch = takeBatch()
      if (batch.length === 0) return
      void write(batch)
    }
  }

  function takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    const later: Waiting[] = []
    const taken = new Set(busy)
    held = new Set()
    for (const item of waiting) {
      if (now() - item.since > EXPIRES_MS) {
        item.reject(new DatabaseNotReadyError('The database did not take it in time.'))
        continue
      }
      const fits = batch.length < MAX_BATCH && item.keys.every(key => !taken.has(key))
      for (const key of item.keys) {
        taken.add(key)
        if (!fits) held.add(key)
      }
      ;(fits ? batch : later).push(item)
    }
    waiting = later
    return batch
  }

  async function write(batch: Waiting[]) {
    const keys = batch.flatMap(item => item.keys)
    for (const key of keys) busy.add(key)
    writers++
    quick++
    let slow: NodeJS.Timeout | undefined = setTimeout(() => {
      slow = undefined
      quick--
      drain()
    }, slowMs)
    try {
      const results = await apply(batch.map(item => item.news))
      batch.forEach((item, index) => {
        const result = results[index]
        if (!result || result instanceof Error) item.reject(result ?? new Error('no result for this news'))
        else item.resolve(result)
      })
    }
    catch (error) {
      for (const item of batch) item.reject(error)
    }
    for (const key of keys) busy.delete(key)
    writers--
    if (slow) {
      clearTimeout(slow)
      quick--
    }
    drain()
  }

  return (news: News) => new Promise<Applied>((resolve, reject) => {
    const keys = [`user ${userIdOf(news)}`, `event ${eventIdOf(news)}`].filter(key => !key.endsWith(' null'))
    const item = { news, keys, since: now(), resolve, reject }
    // While a batch may go, all that waits is held by a batch in flight: only what is new can go.
    if (mayWrite() && keys.every(key => !busy.has(key) && !held.has(key))) return void write([item])
    waiting.push(item)
    for (const key of keys) held.add(key)
  })
}
