import * as v from 'valibot'
import { Cursor, cursorMessage, isTimePosition, Limit } from './paging.ts'
import { Search } from './text.ts'

/** `GET /api/users`: without `q`, everyone. */
export const PeopleQuery = v.pipe(v.object({
  q: v.optional(Search, ''),
  cursor: v.optional(Cursor),
  limit: Limit,
}), v.check(({ q, cursor }) => !cursor || q !== '' || isTimePosition(cursor), cursorMessage))
export type PeopleQuery = v.InferOutput<typeof PeopleQuery>
