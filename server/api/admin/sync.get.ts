import type { MirrorHealth } from '#shared/types/admin.ts'
import { judgeMirror } from '#server/sync/verdict.ts'

/** Is my copy right? The verdict, and what it was made of. */
export default defineAdminHandler(async (): Promise<MirrorHealth> => {
  const facts = await readFacts()
  return { verdict: judgeMirror(facts), facts }
})
