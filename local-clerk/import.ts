import * as v from 'valibot'
import type { Accounts } from './accounts.ts'
import type { User } from './state/schema.ts'

const time = v.pipe(v.number(), v.integer(), v.minValue(0))
/** One time for all, or the first and the last of times spread evenly. */
const times = v.nullish(v.union([time, v.tuple([time, time])]))

export const importSchema = v.object({
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200_000)),
  createdAt: times,
  updatedAt: times,
})

/** How many users, and when they were created and changed: milliseconds since 1970, now where nothing is said. */
export type Import = v.InferInput<typeof importSchema>

/** Adds users without deliveries, as an import into Clerk that happened before anyone listened. */
export function importUsers(accounts: Accounts, now: () => number, input: Import): User[] {
  const { count, createdAt, updatedAt } = v.parse(importSchema, input)
  const at = now()
  return Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0 : index / (count - 1)
    return accounts.create({
      firstName: 'Imported',
      lastName: String(index + 1),
      createdAt: timeAt(createdAt ?? at, share),
      updatedAt: timeAt(updatedAt ?? at, share),
    }, { silent: true })
  })
}

function timeAt(range: number | [number, number], share: number): number {
  if (typeof range === 'number') return range
  const [first, last] = range
  return Math.round(first + (last - first) * share)
}
