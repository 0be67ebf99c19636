import { countUnread, markSeen } from '#db/queries/notifications.ts'
import { Seen } from '#shared/schemas/notifications.ts'
import { useDb } from '#server/parts.ts'

/** Marks as seen what was there until then. Doing it twice, or with an earlier time, changes nothing. */
export default defineApiHandler(async (event): Promise<{ unread: number }> => {
  const viewer = await limitUser(event, 'seen')
  const { until } = await readJson(event, Seen)
  const db = await useDb()
  await markSeen(db, viewer, until)
  return { unread: await countUnread(db, viewer) }
})
