/** The pause after the first time, and the longest one. */
const PAUSE = { firstMs: 5_000, longestMs: 60_000 }

/**
 * Runs `act` when it is asked for, and ever more seldom while that goes on: during an import the server tells all pages
 * to catch up again and again. After two minutes without, it starts afresh.
 */
export function useSeldom(act: () => unknown) {
  let last = -Infinity
  let pauseMs = 0

  const later = useLater(() => {
    last = Date.now()
    pauseMs = pauseMs === 0 ? PAUSE.firstMs : Math.min(pauseMs * 2, PAUSE.longestMs)
    act()
  })

  return {
    /** Plans it for a random moment within `withinMs` from the end of the pause, or from now. */
    plan(withinMs: number): void {
      const now = Date.now()
      if (now - last > 2 * PAUSE.longestMs) pauseMs = 0
      const fromMs = Math.max(0, last + pauseMs - now)
      later.plan(fromMs, fromMs + withinMs)
    },
    cancel: later.cancel,
  }
}
