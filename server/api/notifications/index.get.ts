import { listNotifications } from '#db/queries/notifications.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { NotificationsQuery } from '#shared/schemas/notifications.ts'
import type { NotificationPage } from '#shared/types/notification.ts'
import { useDb } from '#server/parts.ts'

/** Whoever is signed in, and what they alone may see: who mentioned, answered and liked them. */
export default defineApiHandler(async (event): Promise<NotificationPage> => {
  const viewer = requireUser(event)
  const { cursor, limit } = readQuery(event, NotificationsQuery)
  const { notifications, next } = await listNotifications(await useDb(), viewer, { after: cursor, limit })
  return { notifications, nextCursor: next && encodeCursor(next) }
})
