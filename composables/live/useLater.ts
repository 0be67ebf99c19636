import { tryOnScopeDispose } from '@vueuse/core'

/**
 * Runs `act` once, some time from now, with jitter: a message that reaches every open page at the same moment must not make
 * all of them call the server at the same moment. Planning it again before it has run changes nothing.
 * The plan is dropped when the effect scope ends, if there is one.
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

  /** Runs it at a random moment between these times from now, in ms. */
  function plan(fromMs: number, toMs: number): void {
    timer ??= setTimeout(run, fromMs + Math.random() * (toMs - fromMs))
  }

  tryOnScopeDispose(cancel)
  return {
    plan,
    /** Plans another attempt at something that failed, with exponential backoff. Half of the wait is random. @param attempt counted from 0 */
    retry(attempt: number, { firstMs, longestMs }: { firstMs: number, longestMs: number }): void {
      const wait = Math.min(firstMs * 2 ** attempt, longestMs)
      plan(wait / 2, wait)
    },
    /** Runs it now, in place of the plan. */
    run,
    cancel,
  }
}
