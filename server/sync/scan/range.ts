import type { ClerkPage } from '../clerk.ts'

/** A range of creation time that is walked, ascending. Times are ms since 1970. */
export interface Range {
  /** What Clerk is asked for, both excluded. Clerk wants it to be the same with every cursor, so a split leaves it. */
  created: { createdAfter?: number, createdBefore?: number }
  /** The last user of the last page; null before the first page. */
  cursor: string | null
  /** Until here all were listed, and of this millisecond those in `atReached`; null for the beginning. */
  reached: number | null
  atReached: Set<string>
  /** The first millisecond that is no part of it; null for the end. */
  end: number | null
  /** How dense users are, by the last page. */
  msPerUser: number
  /** How often the list began anew at `reached`. */
  restarts: number
}

export const wholeRange = (): Range => ({ created: {}, cursor: null, reached: null, atReached: new Set(), end: null, msPerUser: 0, restarts: 0 })

/** Moves a range to the end of a page. @returns which users of the page are new, and what was listed */
export function add(range: Range, page: ClerkPage, isLast: boolean) {
  const { reached: from, atReached } = range
  const times = new Map(page.listed.map(({ id, createdAt }) => [id, createdAt === null ? null : Date.parse(createdAt)]))
  const known = [...times.values()].filter(time => time !== null)
  const latest = Math.max(from ?? -Infinity, ...known)
  const isWithin = (time: number | null) => time === null || (time >= (from ?? -Infinity) && time < (range.end ?? Infinity))
  const fresh = new Set([...times].flatMap(([id, time]) => !atReached.has(id) && isWithin(time) ? [id] : []))

  const ended = isLast || latest >= (range.end ?? Infinity)
  const to = ended ? range.end : Number.isFinite(latest) ? latest : from
  const listed = [...atReached, ...fresh]
  if (to !== from) range.atReached = new Set()
  for (const id of fresh) if (times.get(id) === to) range.atReached.add(id)
  if (fresh.size > 0) range.restarts = 0
  if (known.length > 0) range.msPerUser = (Math.max(...known) - Math.min(...known)) / known.length
  range.reached = to
  range.cursor = page.listed.at(-1)?.id ?? null
  return { fresh, ended, listed, window: { from, to } }
}

/**
 * Cuts the range with the most users left, as far as its last page tells, into parts of a page at least. No user is in
 * two: a range drops whom it lists from its end on. Where the estimate is wrong, a later cut puts it right.
 * @param left how many users are left in all ranges
 * @param most so many new ranges at most
 * @param now where the last range ends, ms since 1970
 * @returns the new ranges; the range that was cut keeps the first part
 */
export function splitLargest(ranges: Range[], { left, most, pageSize, now }: { left: number, most: number, pageSize: number, now: number }): Range[] {
  const timeLeft = (range: Range) => range.cursor === null || range.reached === null ? 0 : (range.end ?? now) - range.reached
  const usersLeft = (range: Range) => Math.min(left, timeLeft(range) / range.msPerUser)
  const largest = ranges.filter(range => timeLeft(range) > 1).toSorted((a, b) => usersLeft(b) - usersLeft(a))[0]
  if (!largest || largest.reached === null) return []
  const parts = Math.min(most + 1, Math.floor(usersLeft(largest) / pageSize))
  const partMs = Math.floor(Math.min(timeLeft(largest), usersLeft(largest) * largest.msPerUser) / parts)
  if (parts < 2 || partMs < 1) return []

  const { reached, end } = largest
  const starts = Array.from({ length: parts - 1 }, (_, index) => reached + (index + 1) * partMs)
  largest.end = starts[0] ?? end
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? end
    return { ...wholeRange(), created: { createdAfter: start - 1, createdBefore: next ?? undefined }, reached: start, end: next }
  })
}
