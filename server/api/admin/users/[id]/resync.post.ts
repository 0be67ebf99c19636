import { databaseNow } from '#db/queries/state.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import type { Applied } from '#server/sync/news.ts'
import { useApply, useClerk, useDb } from '#server/parts.ts'

/** Reads this one user from Clerk and applies the answer by the version rule. Clerk's 404 is left to a reconcile. */
export default defineAdminHandler(async (event): Promise<Applied> => {
  const { id } = readParams(event, UserParams)
  const beganAt = await databaseNow(await useDb())
  const user = await useClerk().user(id).catch(() => {
    throw apiError(502, 'Clerk does not answer. Try again in a moment.')
  })
  if (!user) throw apiError(404, 'Clerk has no such user. A reconcile will take them for gone.')
  return useApply()({ kind: 'read', user, source: 'request', byId: true, beganAt })
})
