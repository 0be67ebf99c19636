/** After a ban or a deletion counts are asked for, by everyone who looks: spread, since none of it is urgent. */
const SPREAD_MS = 10_000

/**
 * Runs `ask` when something may have been missed, and some seconds after people were hidden or came back: their posts
 * are taken away at once, but the counts of what they answered, and what came back, only the server knows.
 * A failure is left to the next time.
 */
export function useCatchUp(ask: () => Promise<unknown>): void {
  const hidden = new Set<string>()
  const later = useLater(() => ask().catch(() => {}))

  useLive({
    catchUp: later.run,
    users: ({ users, hiddenIds }) => {
      const back = users.filter(({ id }) => !hiddenIds.includes(id) && hidden.delete(id))
      hiddenIds.forEach(id => hidden.add(id))
      if (hiddenIds.length + back.length > 0) later.plan(0, SPREAD_MS)
    },
  })
}
