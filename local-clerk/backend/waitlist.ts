import { getQuery, type Router } from 'h3'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import type { Context } from '../context.ts'
import { waitlistEntryJson } from '../waitlist.ts'
import { guarded } from './guarded.ts'
import { pageFields, pageOf } from './pages.ts'

const list = v.strictObject({
  ...pageFields,
  query: v.optional(v.string(), ''),
  status: v.optional(v.picklist(['pending', 'invited', 'completed', 'rejected'])),
  order_by: v.optional(v.picklist(['created_at', '+created_at', '-created_at']), '-created_at'),
})
const newEntry = v.strictObject({ email_address: v.pipe(v.string(), v.email()), notify: v.nullish(v.boolean()) })

/** `/v1/waitlist_entries`: the list, and adding to it. */
export function addWaitlistRoutes(router: Router, ctx: Context) {
  router.get('/v1/waitlist_entries', guarded(ctx, (event) => {
    const query = v.parse(list, getQuery(event))
    const oldestFirst = [...ctx.store.waitlist.values()].filter(entry =>
      entry.emailAddress.includes(query.query) && (query.status === undefined || entry.status === query.status))
    const found = query.order_by === '-created_at' ? oldestFirst.reverse() : oldestFirst
    return pageOf(found, { ...query, paginated: true }, waitlistEntryJson)
  }))

  router.post('/v1/waitlist_entries', guarded(ctx, async event =>
    waitlistEntryJson(ctx.waitlist.join((await readFields(event, newEntry)).email_address))))
}
