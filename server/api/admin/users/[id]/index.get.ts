import { findAdminUser } from '#db/queries/admin-users.ts'
import { listEvents } from '#db/queries/events.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { AdminUserDetail } from '#shared/types/admin.ts'
import type { H3Event } from 'h3'
import { clerkFailureWords } from '#shared/utils/sync-words.ts'
import { clerkFailureOf, untilSignal } from '#server/sync/clerk.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { useEnv } from '#server/env.ts'

const EVENTS = 20
/** A page waits for this. */
const CLERK_MS = 3_000

/** All that is here of one user: the row, the tombstone too, and the events that spoke of them. Nothing, of someone whom only Clerk has. */
export default defineAdminHandler(async (event): Promise<AdminUserDetail> => {
  const { id } = readParams(event, UserParams)
  const db = await useDb()
  const [found, { events, next }] = await Promise.all([findAdminUser(db, id), listEvents(db, { user: id, limit: EVENTS })])
  if (!found && events.length === 0) await requireAtClerk(event, id)
  return {
    ...found ?? { user: null, hasProfile: false, posts: { shown: 0, deleted: 0 } },
    events,
    nextCursor: next && encodeCursor(next),
    clerkUrl: clerkUserUrl(id, useEnv().NUXT_CLERK_API_URL),
  }
})

/** A user whom only Clerk has is shown with what it says: those whom a dry run found missing. @throws 404, or 502 when Clerk does not answer */
async function requireAtClerk(event: H3Event, id: string): Promise<void> {
  await limitUser(event, 'clerk')
  const { user } = await untilSignal(useMirror().clerk, AbortSignal.timeout(CLERK_MS)).user(id).catch((error) => {
    throw apiError(502, `There is nothing here about a user with this id. ${clerkFailureWords(clerkFailureOf(error))} Try again in a moment.`)
  })
  if (!user) throw apiError(404, 'There is nothing about a user with this id.')
}

/** Clerk's own deep link to the app that was last looked at there; a local Clerk has one page for all users. */
const clerkUserUrl = (id: string, apiUrl: string | undefined) =>
  apiUrl ? `${apiUrl.replace(/\/$/, '')}/dashboard#users` : `https://dashboard.clerk.com/last-active?path=users/${encodeURIComponent(id)}`
