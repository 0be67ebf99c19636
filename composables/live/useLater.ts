import { tryOnScopeDispose } from '@vueuse/core'

/**
 * Runs something once, some time from now, at a moment left to chance: what is told to every open page at the same moment
 * must not make them all ask the server at the same moment. While it is planned, planning it again changes nothing.
 * Ends with the effect scope, where there is one.
 */
export function useLater(act: () => unknown) {
  let timer: ReturnType<typeof setTimeout> | undefined

  function run(): void {
    cancel()
    act()
  }

  function cancel(): void {
    clearTimeout(timer)
    timer = undefined
  }

  /** Between these times from now, in ms. */
  function plan(fromMs: number, toMs: number): void {
    timer ??= setTimeout(run, fromMs + Math.random() * (toMs - fromMs))
  }

  tryOnScopeDispose(cancel)
  return {
    plan,
    /** For another attempt at what failed: twice as late each time. Half of the wait is certain, half is chance. */
    retry(attempt: number, { firstMs, longestMs }: { firstMs: number, longestMs: number }): void {
      const wait = Math.min(firstMs * 2 ** attempt, longestMs)
      plan(wait / 2, wait)
    },
    /** At once, in place of what was planned. */
    run,
    cancel,
  }
}
