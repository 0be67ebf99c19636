import type { Member } from '#shared/types/user.ts'
import { NEWCOMERS } from '#shared/types/user.ts'

const DAY_MS = 86_400_000

/**
 * The list of newcomers after a change: without the hidden, and with those who joined later than the last of a full list,
 * or than the first of a shorter one, which is all that this viewer is told of. The first of an empty list joined today.
 * @param list newest first
 * @param now ms since 1970
 */
export function withNewcomers(list: readonly Member[], changed: readonly Member[], hiddenIds: readonly string[], now = Date.now()): Member[] {
  const bound = (list.length < NEWCOMERS ? list[0] : list.at(-1))?.joinedAt ?? new Date(now - DAY_MS).toISOString()
  const joined = changed.filter(({ id, status, joinedAt }) => status === 'here' && joinedAt > bound && !list.some(known => known.id === id))
  return [...list, ...joined]
    .filter(({ id }) => !hiddenIds.includes(id))
    .sort((a, b) => a.joinedAt < b.joinedAt ? 1 : a.joinedAt > b.joinedAt ? -1 : 0)
    .slice(0, NEWCOMERS)
}
