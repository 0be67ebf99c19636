import { useMirror } from '#server/parts.ts'
import { ClerkError, clerkFailureOf, OutOfTimeError } from '#server/sync/clerk.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import type { Checked } from '#server/sync/scan/check.ts'
import { clerkFailureWords, wrongKey } from '#shared/utils/sync-words.ts'

/**
 * One check, at once, for whoever waits for it.
 * @param withinMs Clerk is not asked any more after this time, ms
 * @returns null while another one runs
 * @throws 502 when Clerk fails, or the key is of another instance · OutOfTimeError after `withinMs`
 */
export async function checkNow(withinMs?: number): Promise<Checked | null> {
  return useMirror().check({ everySeconds: 0, withinMs }).catch((error) => {
    if (error instanceof ForeignInstanceError) throw apiError(502, wrongKey(error.instance.foreign, error.instance.mirrored))
    if (error instanceof ClerkError && !(error instanceof OutOfTimeError)) throw apiError(502, `The check did not finish. ${clerkFailureWords(clerkFailureOf(error))}`)
    throw error
  })
}
