/**
 * Runs `act` at once, and not again within `everyMs`: who asks meanwhile is served by one more run at the end of that time.
 * What waits does not hold the process.
 * @returns asks for a run
 */
export function atMostEvery(everyMs: number, act: () => void): () => void {
  let last = -Infinity
  let timer: NodeJS.Timeout | undefined

  function run() {
    timer = undefined
    last = Date.now()
    act()
  }
  return () => {
    const waitMs = last + everyMs - Date.now()
    if (waitMs <= 0 && !timer) run()
    else timer ??= setTimeout(run, waitMs).unref()
  }
}
