import { findNamed } from '#db/queries/admin-users.ts'
import { listEvents } from '#db/queries/events.ts'
import { EventsQuery } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { AdminEventPage } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<AdminEventPage> => {
  const query = readQuery(event, EventsQuery)
  if (query.name) await limitUser(event, 'search')
  const db = await useDb()
  const named = query.name ? await findNamed(db, query.name) : null
  const { events, next } = await listEvents(db, { ...query, users: named?.ids })
  return { events, nextCursor: next && encodeCursor(next), named }
})
