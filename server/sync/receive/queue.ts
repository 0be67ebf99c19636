import type { Applied, News } from '../news.ts'
import { eventIdOf, userIdOf } from '../news.ts'

/** NOTIFY carries their ids in under 8,000 bytes. */
const MAX_BATCH = 100

interface Waiting {
  news: News
  resolve: (applied: Applied) => void
  reject: (error: unknown) => void
}

/**
 * What waits while one write is in flight goes together in the next: under load a commit serves many deliveries,
 * and alone none waits. A batch holds a user and an event once; a second one keeps its place for the next batch.
 * @param apply writes a batch; resolves after commit
 * @returns a function that resolves when its news is committed, and rejects when it is not
 */
export function createNewsQueue(apply: (news: News[]) => Promise<(Applied | Error)[]>) {
  let waiting: Waiting[] = []
  let writing = false

  async function drain() {
    if (writing) return
    writing = true
    while (waiting.length > 0) await write(takeBatch())
    writing = false
  }

  function takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    const later: Waiting[] = []
    const taken = new Set<string>()
    for (const item of waiting) {
      const keys = [userIdOf(item.news), eventIdOf(item.news)].filter(key => key !== null)
      const fits = batch.length < MAX_BATCH && keys.every(key => !taken.has(key))
      // Also for what does not fit: later news of the same user must not overtake it.
      for (const key of keys) taken.add(key)
      ;(fits ? batch : later).push(item)
    }
    waiting = later
    return batch
  }

  async function write(batch: Waiting[]) {
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
  }

  return (news: News) => new Promise<Applied>((resolve, reject) => {
    waiting.push({ news, resolve, reject })
    void drain()
  })
}
