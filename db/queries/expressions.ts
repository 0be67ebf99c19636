import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { toIso } from '../schema.ts'

/** An expression that is a time, read in ISO 8601 as columns are. */
export function asInstant<T extends string | null>(time: SQL<T>): SQL<T> {
  time.mapWith(toIso)
  return time
}

/**
 * The same value as an expression without an index. A list sorted by it first finds the rows that match, then sorts them.
 * Sorted by an index, Postgres would read every row that does not match.
 */
export const withoutIndex = <T>(key: SQL<T>): SQL<T> => sql<T>`greatest(${key})`

/** How many rows of a group meet a condition. */
export const countWhere = (condition: SQL | undefined): SQL<number> => sql`count(*) filter (where ${condition})`.mapWith(Number)

export const aDayAgo = sql`now() - interval '1 day'`
