import { useMirror } from '#server/parts.ts'
import { ClerkError, clerkFailureOf } from '#server/sync/clerk.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import { clerkFailureWords, wrongKey } from '#shared/utils/sync-words.ts'

/** Runs one check now, and answers when it is done: what it repaired, and what it left to its webhook. */
export default defineAdminHandler(async (event): Promise<{ repaired: number, left: number, running: boolean }> => {
  await limitUser(event, 'clerk')
  const checked = await useMirror().check({ everySeconds: 0 }).catch((error) => {
    if (error instanceof ForeignInstanceError) throw apiError(502, wrongKey(error.instance.foreign, error.instance.mirrored))
    if (error instanceof ClerkError) throw apiError(502, `The check did not finish. ${clerkFailureWords(clerkFailureOf(error))}`)
    throw error
  })
  return { repaired: checked?.repairs.length ?? 0, left: checked?.left ?? 0, running: checked === null }
})
