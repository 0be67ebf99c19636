import * as v from 'valibot'
import { restrictionKinds } from '../types/moderation.ts'
import { UserId } from './ids.ts'
import { cursorMessage, Limit, TimeCursor } from './paging.ts'

/** `PUT /api/me/restrictions/:id` */
export const Restriction = v.object({ kind: v.picklist(restrictionKinds, `kind is one of ${restrictionKinds.join(', ')}.`) })

/** `GET /api/me/restrictions` */
export const RestrictionsQuery = v.object({
  cursor: v.optional(v.pipe(TimeCursor, v.check(({ id }) => v.is(UserId, id), cursorMessage))),
  limit: Limit,
})
