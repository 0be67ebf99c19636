import { UserParams } from '#shared/schemas/ids.ts'
import { wrongKey } from '#shared/utils/sync-words.ts'
import type { Applied } from '#server/sync/news.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'

/** Reads this one user from Clerk and applies the answer, also over a row that is ahead of it. Clerk's 404 is left to a reconcile. */
export default defineAdminHandler(async (event): Promise<Applied> => {
  await limitUser(event, 'clerk')
  const { id } = readParams(event, UserParams)
  await useDb()
  const applied = await useMirror().readUser(id, 'asked').catch((error) => {
    if (error instanceof ForeignInstanceError) throw apiError(502, wrongKey(error.instance.foreign, error.instance.mirrored))
    throw apiError(502, 'Clerk is not answering. Try again in a moment.')
  })
  if (!applied) throw apiError(404, 'Clerk has no such user. A reconcile will delete them here.')
  return applied
})
