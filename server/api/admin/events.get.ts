import { listEvents } from '#db/queries/events.ts'
import { EventsQuery } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { AdminEventPage } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<AdminEventPage> => {
  const { events, next } = await listEvents(await useDb(), readQuery(event, EventsQuery))
  return { events, nextCursor: next && encodeCursor(next) }
})
