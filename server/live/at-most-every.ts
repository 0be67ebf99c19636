/**
 * Runs `act` at once, and not again within `everyMs`: who asks meanwhile is served by one more run at the end of that time.
 * @returns `ask`, and `cancel`, which drops the run that waits
 */
export function atMostEvery(everyMs: number, act: () => void): { ask(): void, cancel(): void } {
  let last = -Infinity
  let timer: NodeJS.Timeout | undefined

  function run() {
    timer = undefined
    last = Date.now()
    act()
  }
  return {
    ask() {
      const waitMs = last + everyMs - Date.now()
      if (waitMs <= 0 && !timer) run()
      else timer ??= setTimeout(run, waitMs)
    },
    cancel: () => clearTimeout(timer),
  }
}
