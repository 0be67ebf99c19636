/** What became of users who were read from Clerk again. */
export interface Resynced {
  updated: number
  unchanged: number
  failed: { id: string, name: string, why: string }[]
}

/** What one call said: whether the row was written, that it is to be asked again later, or why it failed. */
export type ResyncAnswer = { written: boolean } | { waitMs: number } | { why: string }

export interface ResyncProgress extends Resynced {
  of: number
  /** Seconds until the limit of a minute allows more; 0 while calls go on. */
  waiting: number
}

/** Users who are read at the same time. */
const AT_ONCE = 3

/** How many are done. */
export const countDone = ({ updated, unchanged, failed }: Resynced): number => updated + unchanged + failed.length

/**
 * Reads users from Clerk again, three at a time. When the limit is reached, all wait as long as the answer says, and the
 * one that was refused is asked again.
 * @param options.wait resolves after so many ms, or once the signal has come
 * @param options.tell is told after each answer
 * @param options.signal starts no more
 */
export async function resyncUsers(users: readonly { id: string, name: string }[], options: {
  ask: (id: string) => Promise<ResyncAnswer>
  wait: (ms: number) => Promise<unknown>
  tell: (progress: ResyncProgress) => void
  signal: AbortSignal
}): Promise<Resynced> {
  const { ask, wait, tell, signal } = options
  const done: Resynced = { updated: 0, unchanged: 0, failed: [] }
  const left = [...users]
  let pause: Promise<unknown> | null = null

  const say = (waitMs = 0) => tell({ ...done, failed: [...done.failed], of: users.length, waiting: Math.ceil(waitMs / 1_000) })
  function rest(ms: number): Promise<unknown> {
    say(ms)
    return pause ??= wait(ms).finally(() => {
      pause = null
    })
  }
  async function work(): Promise<void> {
    for (let user = left.shift(); user && !signal.aborted; user = left.shift()) {
      await pause
      if (signal.aborted) return
      const answer = await ask(user.id)
      if ('waitMs' in answer) {
        left.unshift(user)
        await rest(answer.waitMs)
        continue
      }
      if ('why' in answer) done.failed.push({ ...user, why: answer.why })
      else done[answer.written ? 'updated' : 'unchanged']++
      say()
    }
  }
  say()
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return done
}

/** The result in a sentence: `2 updated, 1 unchanged, 1 failed.` */
export function resyncWords(result: Resynced, of: number): string {
  const { updated, unchanged, failed } = result
  const parts = [`${updated} updated`, `${unchanged} unchanged`, ...failed.length > 0 ? [`${failed.length} failed`] : []]
  const rest = of - countDone(result)
  return `${[...parts, ...rest > 0 ? [`${rest} not asked`] : []].join(', ')}.`
}
