import * as v from 'valibot'
import { RepliesQuery } from './posts.ts'
import { isTime } from './time.ts'

/** `GET /api/notifications` */
export const NotificationsQuery = RepliesQuery

const message = 'until is the time of the newest notification that was seen, such as 2026-11-21T07:33:12.480Z.'

/** `PUT /api/notifications/seen` */
export const Seen = v.object({
  until: v.pipe(v.string(message), v.check(isTime, message)),
})
