import { listRestrictions } from '#db/queries/restrictions.ts'
import { RestrictionsQuery } from '#shared/schemas/moderation.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { RestrictionPage } from '#shared/types/moderation.ts'
import { useDb } from '#server/parts.ts'

/** Whom the viewer muted and blocked. */
export default defineApiHandler(async (event): Promise<RestrictionPage> => {
  const userId = requireUser(event)
  const { cursor, limit } = readQuery(event, RestrictionsQuery)
  const { restrictions, next } = await listRestrictions(await useDb(), userId, { after: cursor, limit })
  return { restrictions, nextCursor: next && encodeCursor(next) }
})
