import { sql } from 'drizzle-orm'
import type { Placeholder, SQL, SQLWrapper } from 'drizzle-orm'
import type { Position } from '#shared/schemas/paging.ts'

/** Rows of its index that a page walks at most, however many of them are hidden: some 10 ms. */
export const WALKED_AT_MOST = 2_000

/** The same for a statement that is prepared before its values are known. */
export type Placeholders<T> = Record<keyof T, Placeholder>

/** Rows that follow a position in a list sorted by a key and then by id; all rows where there is no position. */
export function isPast(order: 'asc' | 'desc', key: SQLWrapper, id: SQLWrapper, position: Position | Placeholders<Position> | undefined): SQL | undefined {
  return position && sql`(${key}, ${id}) ${sql.raw(order === 'asc' ? '>' : '<')} (${position.key}, ${position.id})`
}

/**
 * Cuts a page out of the rows of a query with `limit(limit + 1)`: one row more than the page says that there is a next one.
 * @returns the page, and the position of its last row; null when the list ends here
 */
export function toPage<Row>(rows: Row[], limit: number, positionOf: (row: Row) => Position): { rows: Row[], next: Position | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, next: last && rows.length > limit ? positionOf(last) : null }
}
