/** After a ban or a deletion every open page asks for its counts. None of that is urgent, so it is spread over this time. */
const SPREAD_MS = 10_000

/**
 * Runs `ask` when messages may have been missed, and some seconds after users were hidden or shown again: their posts are
 * removed at once, but only the server knows the reply counts of other posts, and the posts that are shown again.
 * When `ask` fails, nothing happens until the next time.
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
