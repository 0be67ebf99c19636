import type { AdminEvent, RefusedHour } from '#shared/types/admin.ts'
import type { RefusalReason } from '#shared/types/sync.ts'

/** What was wrong with a delivery that could not be verified, in a sentence of the log. */
export const refusalSentences: Record<RefusalReason, string> = {
  headers: 'A header of the signature is missing.',
  signature: 'The signature fits no signing secret of this server.',
  time: 'The timestamp is more than 5 minutes off this server’s clock.',
}

export type LogRow = { key: string } & ({ event: AdminEvent, refusal?: undefined } | { refusal: RefusedHour, event?: undefined })

/**
 * The event log with the refused deliveries in it, in order of time. The order of the events stays.
 * @param refusals newest first
 * @param isWhole whether no older events follow; until then, refusals older than the last event wait
 */
export function withRefusals(events: readonly AdminEvent[], refusals: readonly RefusedHour[], isWhole: boolean): LogRow[] {
  const rows: LogRow[] = []
  let placed = 0
  const placeNewerThan = (time: string) => {
    for (const refusal of refusals.slice(placed)) {
      if (refusal.lastAt <= time) return
      rows.push({ key: `${refusal.hour} ${refusal.reason}`, refusal })
      placed++
    }
  }
  for (const event of events) {
    placeNewerThan(event.lastReceivedAt)
    rows.push({ key: event.id, event })
  }
  if (isWhole) placeNewerThan('')
  return rows
}
