import { findAdminUser } from '#db/queries/admin-users.ts'
import { listEvents } from '#db/queries/events.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { AdminUserDetail } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'
import { useEnv } from '#server/env.ts'

const EVENTS = 20

/** All that is here of one user: the row, the tombstone too, and the events that spoke of them. */
export default defineAdminHandler(async (event): Promise<AdminUserDetail> => {
  const { id } = readParams(event, UserParams)
  const db = await useDb()
  const [found, { events, next }] = await Promise.all([findAdminUser(db, id), listEvents(db, { user: id, limit: EVENTS })])
  if (!found && events.length === 0) throw apiError(404, 'There is nothing about a user with this id.')
  return {
    ...found ?? { user: null, hasProfile: false, posts: { shown: 0, deleted: 0 } },
    events,
    nextCursor: next && encodeCursor(next),
    clerkUrl: clerkUserUrl(id, useEnv().NUXT_CLERK_API_URL),
  }
})

/** Clerk's own deep link to the app that was last looked at there; a local Clerk has one page for all users. */
const clerkUserUrl = (id: string, apiUrl: string | undefined) =>
  apiUrl ? `${apiUrl.replace(/\/$/, '')}/dashboard#users` : `https://dashboard.clerk.com/last-active?path=users/${encodeURIComponent(id)}`
