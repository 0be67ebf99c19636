import { getTableName } from 'drizzle-orm'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Database } from '../client.ts'
import { rateLimits } from '../schema.ts'

/** The length of a window, seconds. It begins with the first request in it. */
const WINDOW_SECONDS = 60

/**
 * Counts by key what is done in a minute, over all instances: one prepared statement each time. A key that has used up its
 * points is refused from memory until its minute is over.
 * @param options.name begins the keys of this counter
 * @param options.points how often a key may
 * @param options.clears deletes the rows that ended more than an hour ago, every five minutes; one counter does it for all
 */
export const createCounter = (db: Database, { name, points, clears }: { name: string, points: number, clears: boolean }) => new RateLimiterPostgres({
  storeType: 'client',
  storeClient: {
    query: async ({ text, values = [] }: { text: string, values?: (string | number)[] }) => {
      const rows = await db.$client.unsafe(text, values, { prepare: true })
      return { rows, rowCount: rows.count }
    },
  },
  tableName: getTableName(rateLimits),
  tableCreated: true,
  clearExpiredByTimeout: clears,
  keyPrefix: name,
  points,
  duration: WINDOW_SECONDS,
  inMemoryBlockOnConsumed: points,
})
