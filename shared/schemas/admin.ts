import * as v from 'valibot'
import { Cursor, cursorMessage, isTimePosition, Limit } from './paging.ts'
import { storable } from './text.ts'

export const userSorts = ['joined', 'name', 'synced'] as const
export type UserSort = (typeof userSorts)[number]

/** A search text: trimmed, 100 characters at most; empty means no search. */
export const Search = v.pipe(
  v.string(),
  v.maxLength(100, 'Search for 100 characters at most.'),
  v.transform(text => text.toWellFormed().trim()),
  storable('Search cannot hold the NUL character.'),
)

/** `GET /api/admin/users` */
export const AdminUsersQuery = v.pipe(v.object({
  q: v.optional(Search, ''),
  sort: v.optional(v.picklist(userSorts, `sort is one of ${userSorts.join(', ')}.`), 'joined'),
  order: v.optional(v.picklist(['asc', 'desc'], 'order is asc or desc.'), 'desc'),
  status: v.optional(v.picklist(['here', 'pending', 'gone'], 'status is here, pending or gone.')),
  cursor: v.optional(Cursor),
  limit: Limit,
}), v.check(({ sort, cursor }) => !cursor || sort === 'name' || isTimePosition(cursor), cursorMessage))
export type AdminUsersQuery = v.InferOutput<typeof AdminUsersQuery>

const Flag = (name: string) => v.optional(v.boolean(`${name} is true or false.`), false)

/** `POST /api/admin/reconcile` */
export const ReconcileInput = v.object({ dryRun: Flag('dryRun'), force: Flag('force') })
