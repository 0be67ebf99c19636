import * as v from 'valibot'
import { outcomes, syncSources } from '../types/sync.ts'
import { RunParams, UserId } from './ids.ts'
import { Cursor, cursorMessage, isTimePosition, Limit, TimeCursor } from './paging.ts'
import { Search, storable } from './text.ts'
import { isTime } from './time.ts'

export const userSorts = ['joined', 'name', 'synced'] as const
export type UserSort = (typeof userSorts)[number]

const yes = v.pipe(v.picklist(['true', 'false'], 'banned is true or false.'), v.transform(text => text === 'true'))

/** Which users, and in what order: the list and its CSV take the same. */
const userFilters = {
  q: v.optional(Search, ''),
  sort: v.optional(v.picklist(userSorts, `sort is one of ${userSorts.join(', ')}.`), 'joined'),
  order: v.optional(v.picklist(['asc', 'desc'], 'order is asc or desc.'), 'desc'),
  status: v.optional(v.picklist(['here', 'pending', 'gone'], 'status is here, pending or gone.')),
  syncedBy: v.optional(v.picklist(syncSources, `syncedBy is one of ${syncSources.join(', ')}.`)),
  banned: v.optional(yes),
}

/** `GET /api/admin/users` */
export const AdminUsersQuery = v.pipe(v.object({
  ...userFilters,
  cursor: v.optional(Cursor),
  limit: Limit,
}), v.check(({ sort, cursor }) => !cursor || sort === 'name' || isTimePosition(cursor), cursorMessage))
export type AdminUsersQuery = v.InferOutput<typeof AdminUsersQuery>

/** `GET /api/admin/users.csv` */
export const UsersCsvQuery = v.object(userFilters)
export type UserFilterQuery = v.InferOutput<typeof UsersCsvQuery>

const Time = (name: string) => v.optional(v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\d/, `${name} is a time as ISO 8601 writes it.`),
  v.transform(text => new Date(text).toJSON() ?? ''),
  v.check(isTime, `${name} is a time as ISO 8601 writes it, in the years 1 to 9999.`),
))

/** `GET /api/admin/events`: newest first; `since` and `until` mean when it was last received. */
export const EventsQuery = v.object({
  type: v.optional(v.pipe(v.string(), v.maxLength(200, 'That is not a type of event.'), storable('That is not a type of event.'))),
  outcome: v.optional(v.picklist(outcomes, `outcome is one of ${outcomes.join(', ')}.`)),
  user: v.optional(UserId),
  /** Of the users whom the search finds by this. */
  name: v.optional(Search),
  since: Time('since'),
  until: Time('until'),
  cursor: v.optional(TimeCursor),
  limit: Limit,
})
export type EventsQuery = v.InferOutput<typeof EventsQuery>

/** `GET /api/admin/refusals`: of the last week where `since` is left out. */
export const RefusalsQuery = v.object({ since: Time('since'), until: Time('until') })
export type RefusalsQuery = v.InferOutput<typeof RefusalsQuery>

/** `GET /api/admin/runs` */
export const RunsQuery = v.object({ cursor: v.optional(v.pipe(TimeCursor, v.check(({ id }) => v.is(RunParams, { id }), cursorMessage))), limit: Limit })

export const chartRanges = ['day', 'week', 'month'] as const
export type ChartRange = (typeof chartRanges)[number]

/** `GET /api/admin/charts`: the last 24 hours, 7 days or 30 days. */
export const ChartsQuery = v.object({ range: v.optional(v.picklist(chartRanges, `range is one of ${chartRanges.join(', ')}.`), 'day') })

const Flag = (name: string) => v.optional(v.boolean(`${name} is true or false.`), false)

/** `POST /api/admin/reconcile` */
export const ReconcileInput = v.object({ dryRun: Flag('dryRun'), force: Flag('force') })
