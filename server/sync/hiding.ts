import type { Database } from '#db/client.ts'
import type { HidingPosition } from '#db/queries/hiding.ts'
import { findUnsettledAuthor, hidePosts } from '#db/queries/hiding.ts'

/**
 * Makes the posts of all users say whether their author is hidden, in small batches: one author after the other, each once.
 * Two instances may run it at once. What fails for one author is left for the next time, and stops no other.
 * @returns how many posts were changed, and what failed
 */
export async function settlePosts(db: Database, isStopped = () => false): Promise<{ posts: number, errors: unknown[] }> {
  const result = { posts: 0, errors: [] as unknown[] }
  for (let author = await findUnsettledAuthor(db, ''); author && !isStopped(); author = await findUnsettledAuthor(db, author)) {
    try {
      let from: HidingPosition | undefined
      do {
        const batch = await hidePosts(db, author, from)
        result.posts += batch?.posts ?? 0
        from = batch?.next ?? undefined
      } while (from && !isStopped())
    }
    catch (error) {
      result.errors.push(error)
    }
  }
  return result
}

export interface Hider {
  /** Looks for authors to settle, now; after the look that is under way, if there is one. */
  nudge(): void
  stop(): void
}

/** Runs `settlePosts` when it is told to, one at a time in this process. */
export function createHider(db: () => Promise<Database>, onError: (error: unknown) => void): Hider {
  let asked = false
  let running = false
  let stopped = false

  async function run() {
    if (running) return
    running = true
    while (asked && !stopped) {
      asked = false
      try {
        (await settlePosts(await db(), () => stopped)).errors.forEach(onError)
      }
      catch (error) {
        onError(error)
      }
    }
    running = false
  }

  return {
    nudge() {
      asked = true
      void run()
    },
    stop() {
      stopped = true
    },
  }
}
